// `tributary kernels`: times the hot loops and prints a checksum of what they said; for Benchmarks/kernels, not for users.

import ArgumentParser
import Monitoring

struct KernelsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kernels", abstract: "Time the kernels on synthetic columns.",
        discussion: """
            A line a kernel: kernel, values, ns_per_value (processor time, best of the rounds), reference_ns_per_value, \
            ratio (reference over kernel), checksum (FNV-1a over the results of kernel and, where it ran, reference, \
            which are compared). Kernels and references see the same seeded columns.
            """,
        shouldDisplay: false)

    @Argument(help: ArgumentHelp("Kernel groups; all when none is named.", valueName: "group"))
    var groups: [String] = []
    @Option(name: .long, help: "Values of a column.")
    var count = 105_120
    @Option(name: .long, help: "Rounds, of which the best counts.")
    var rounds = 9

    func run() async throws {
        try await reportingFailures {
            guard count > 0, rounds > 0 else {
                throw CommandFailure(status: ExitStatus.usage, message: "--count and --rounds are above zero.")
            }
            let all: [(name: String, run: (KernelRun) -> [KernelTiming])] = [
                ("quality", Self.quality), ("assessment", Self.assessment), ("air", Self.air),
            ]
            let run = KernelRun(count: count, rounds: rounds)
            Terminal.output("kernel,values,ns_per_value,reference_ns_per_value,ratio,checksum\n")
            for group in all where groups.isEmpty || groups.contains(group.name) {
                for timing in group.run(run) { Terminal.output(timing.line) }
            }
            return ExitStatus.done
        }
    }
}

/// How a kernel is timed.
struct KernelRun {
    let count: Int
    let rounds: Int

    /// Nanoseconds of processor time a value of the best round.
    func time(values: Int, _ body: () -> Void) -> Double {
        var best = Double.infinity
        for _ in 0..<rounds {
            let begin = processorNanoseconds()
            body()
            best = min(best, Double(processorNanoseconds() - begin))
        }
        return best / Double(max(values, 1))
    }
}

/// One kernel's line.
struct KernelTiming {
    let name: String
    let values: Int
    let nanoseconds: Double
    /// `nil` where the reference is too slow for the column, or there is none.
    var reference: Double?
    let checksum: UInt64

    var line: String {
        func text(_ value: Double) -> String { String(Double(Int((value * 1_000).rounded())) / 1_000) }
        return [
            name, String(values), text(nanoseconds), reference.map(text) ?? "",
            reference.map { text($0 / nanoseconds) } ?? "", String(checksum, radix: 16),
        ].joined(separator: ",") + "\n"
    }
}

/// FNV-1a over bytes, continued from `hash`.
func checksum(_ bytes: some Sequence<UInt8>, _ hash: UInt64 = 0xCBF2_9CE4_8422_2325) -> UInt64 {
    bytes.reduce(hash) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
}
