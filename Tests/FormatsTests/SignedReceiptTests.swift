// Goal: a receipt holds when the node signed it and nothing was changed since, and only then. Method: the test vectors
// of RFC 8032; a receipt signed by another program (python, package cryptography); every byte of it changed once.

import Formats
import Foundation
import Monitoring
import Testing

@Suite struct SignedReceiptTests {
    /// Signed by python's `Ed25519PrivateKey` with the secret of RFC 8032, section 7.1, test 1.
    private let text = """
        {"accepted":2,"batch":"7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed",\
        "chain_hash":"0adc556714286b120b57fc62f0e883ce246d97d1b2274b32b5e63e038498db79","conflict":0,"duplicate":1,\
        "log_sequence":2,"name":"国控 \\"one\\".csv",\
        "node_key":"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",\
        "node_key_fingerprint":"21fe31dfa154a261626bf854046fd227","quarantined":0,"received_at":1735689600000,\
        "rejected":1,"rows":4,"schema":"tributary-receipt-1",\
        "signature":"25ec138bae2a3f48fa46766f2cb5c15948ef8e6b26193754913c7182c7331ca0\
        1fca6017977363e639427fb49647e665a69402fdd4efc23822f0f6462f95b706","state":"complete"}
        """
    private let secret = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"

    private func key(_ hexadecimal: String) throws -> NodeKey {
        let secret = try #require(Digest256(hexadecimal: hexadecimal))
        return try #require(NodeKey(seed: secret.bytes))
    }

    private func members() throws -> [String: CanonicalJSON] {
        guard case .object(var members) = CanonicalJSON(reading: text) else { throw CancellationError() }
        for name in ["schema", "node_key", "node_key_fingerprint", "signature"] { members[name] = nil }
        return members
    }

    @Test(
        arguments: [
            (
                "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
                "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", [],
                "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
                    + "d25bf5f0595bbe24655141438e7a100b"
            ),
            (
                "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
                "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", [0x72],
                "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
                    + "387b2eaeb4302aeeb00d291612bb0c00"
            ),
            (
                "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
                "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", [0xAF, 0x82],
                "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
                    + "4a7c15e9716ed28dc027beceea1ec40a"
            ),
        ] as [(String, String, [UInt8], String)])
    func `signatures are those of RFC 8032, section 7.1`(
        secret: String, publicKey: String, message: [UInt8], signature: String
    ) throws {
        let key = try key(secret)
        #expect(key.publicKey.description == publicKey)
        let signed = key.signature(over: message)
        #expect(signed.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() == signature)
        #expect(key.publicKey.isValid(signed, over: message))
        #expect(!key.publicKey.isValid(signed, over: message + [0]))
        #expect(!key.publicKey.isValid(Array(signed.dropLast()), over: message))
        #expect("\(key)" == "node key \(key.publicKey.fingerprint)", "A key never prints its secret.")
    }

    @Test func `a receipt signed here is the one another program signs`() throws {
        #expect(SignedReceipt(signing: try members(), with: try key(secret)).text == text)
    }

    @Test func `a receipt signed by another program holds, in any layout`() throws {
        let receipt = try SignedReceipt(verifying: text)
        #expect(receipt.key == (try key(secret)).publicKey && receipt.name == "国控 \"one\".csv")
        #expect(receipt.state == .complete && receipt.counts.accepted == 2 && receipt.counts.rejected == 1)
        let object = try JSONSerialization.jsonObject(with: Data(text.utf8))
        let pretty = try JSONSerialization.data(withJSONObject: object, options: [.prettyPrinted])
        #expect(try SignedReceipt(verifying: String(decoding: pretty, as: UTF8.self)) == receipt)
    }

    @Test func `a receipt with any one byte changed does not hold`() {
        let bytes = Array(text.utf8)
        for place in bytes.indices {
            var changed = bytes
            changed[place] ^= 1
            let altered = String(decoding: changed, as: UTF8.self)
            // Hexadecimal digits in the other case are the same signature, and one bit never turns case.
            #expect(throws: ReceiptFault.self, "byte \(place)") { try SignedReceipt(verifying: altered) }
        }
    }

    @Test func `a receipt with a member more, fewer or twice does not hold`() throws {
        for altered in [
            text.replacing("{\"accepted\"", with: "{\"a\":1,\"accepted\""),
            text.replacing("\"rows\":4,", with: ""),
            text.replacing("\"rows\":4,", with: "\"rows\":4,\"rows\":4,"),
            String(text.dropLast()), text + "x", "", "[]", "null", "{}",
            String(repeating: " ", count: SignedReceipt.byteLimit) + text,
        ] {
            #expect(throws: ReceiptFault.self) { try SignedReceipt(verifying: altered) }
        }
    }

    @Test func `the fault says whether the text is no receipt or was altered`() {
        let altered = #expect(throws: ReceiptFault.self) {
            try SignedReceipt(verifying: text.replacing("\"accepted\":2", with: "\"accepted\":3"))
        }
        #expect(altered?.kind == .wrongSignature)
        #expect(
            altered?.description
                == "its signature is not that of its text by the key 21fe31dfa154a261626bf854046fd227: "
                + "it was altered")
        let other = #expect(throws: ReceiptFault.self) {
            try SignedReceipt(verifying: text.replacing("receipt-1", with: "receipt-2"))
        }
        #expect(other?.kind == .notAReceipt && other?.description == "its schema is not tributary-receipt-1")
    }
}
