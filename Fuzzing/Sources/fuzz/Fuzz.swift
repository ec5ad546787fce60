// Runs libFuzzer over the decoder that FUZZ_TARGET names; a fault of its invariants stops the fuzzer and keeps the input.

import Compensation
import Glibc
import Standards

private let target = getenv("FUZZ_TARGET").map { String(cString: $0) } ?? "batch"

private func faults(_ bytes: [UInt8]) -> [String] {
    switch target {
    case "registry":
        _ = RegistryReader.read([("regions.yaml", String(decoding: bytes, as: UTF8.self))])
        return []
    case "agreement":
        _ = readAgreement(bytes: bytes, file: "agreement.yaml")
        return []
    default:
        guard let check = DecoderInvariants.targets.first(where: { $0.name == target }) else {
            fatalError("FUZZ_TARGET: batch, container, chunk, segment, json, inflate, registry or agreement.")
        }
        return check.faults(bytes)
    }
}

private typealias Arguments = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
private typealias Input = @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt

/// libFuzzer's own loop: SwiftPM gives every executable a main, so that libFuzzer's cannot be linked.
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ count: UnsafeMutablePointer<CInt>, _ arguments: UnsafeMutablePointer<Arguments>, _ input: Input
) -> CInt

@main struct Fuzz {
    static func main() {
        var count = CommandLine.argc
        var arguments = CommandLine.unsafeArgv
        let status = runDriver(&count, &arguments) { start, count in
            let found = faults(Array(UnsafeBufferPointer(start: start, count: count)))
            precondition(found.isEmpty, found.joined(separator: "; "))
            return 0
        }
        exit(status)
    }
}
