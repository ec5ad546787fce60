// Goal: a folder has one key, kept from others, and the log names every key it ever signed with. Method: a real folder,
// its key file lost, replaced, opened to others and damaged; openssl's form of the file written out.

import Formats
import Foundation
import Monitoring
import Storage
import Testing

@Suite struct NodeKeyTests {
    private func keys(_ book: Book) throws -> [String] {
        try book.read { try $0.logEntries(after: 0, limit: 99) }.filter { $0.kind == "node-key" }.map(\.payload)
    }

    @Test func `the key is made once, for its owner alone, and named in the log`() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/data/node.key"
        let made: OpenedNodeKey
        do {
            let book = try folder.open()
            made = try book.openNodeKey()
            #expect(made.replaced == nil)
            let key = made.key.publicKey
            #expect(
                try keys(book) == ["{\"fingerprint\":\"\(key.fingerprint)\",\"key\":\"\(key)\",\"replaces\":null}"])
            try book.close()
        }
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        let book = try folder.open()
        let again = try book.openNodeKey()
        #expect(again.key.publicKey == made.key.publicKey && again.replaced == nil)
        #expect(try keys(book).count == 1)
        #expect(try book.read { try $0.verifyLog() } == [])
        try book.close()
        let other = try TemporaryFolder()
        #expect(try other.open().openNodeKey().key.publicKey != made.key.publicKey)
    }

    @Test func `a lost key is followed by another, and the log says which it replaces`() throws {
        let folder = try TemporaryFolder()
        let book = try folder.open()
        let first = try book.openNodeKey().key.publicKey
        let receipt = try book.ingest("one", [TestRow("a", newYear, "1")])
        try FileManager.default.removeItem(atPath: folder.path + "/data/node.key")
        let second = try book.openNodeKey()
        #expect(second.replaced == first && second.key.publicKey != first)
        #expect(try keys(book).last?.contains("\"replaces\":\"\(first)\"") == true)
        #expect(try book.openNodeKey().replaced == nil)
        // The receipt is shown for ever, and names the key that signs it now.
        let shown = try SignedReceipt(verifying: receipt.signed(by: second.key).text)
        #expect(shown.key == second.key.publicKey && shown.batch == receipt.digest)
    }

    @Test func `a key that openssl made is taken`() throws {
        let folder = try TemporaryFolder()
        let book = try folder.open()
        let path = folder.path + "/data/node.key"
        // The secret of RFC 8032, section 7.1, test 1, as `openssl pkey` writes it.
        let pem = """
            -----BEGIN PRIVATE KEY-----
            MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g
            -----END PRIVATE KEY-----

            """
        try Data(pem.utf8).write(to: URL(filePath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        #expect(
            try book.openNodeKey().key.publicKey.description
                == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
    }

    @Test func `a key that others may read, or that is none, is refused with a remedy`() throws {
        let folder = try TemporaryFolder()
        let book = try folder.open()
        _ = try book.openNodeKey()
        let path = folder.path + "/data/node.key"
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
        let open = #expect(throws: BookProblem.self) { try book.openNodeKey() }
        #expect(open?.code == .keyUnusable && open?.remedy.contains("chmod 600") == true)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        try Data("-----BEGIN PRIVATE KEY-----\nMC4=\n-----END PRIVATE KEY-----\n".utf8).write(to: URL(filePath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        #expect(throws: BookProblem.self) { try book.openNodeKey() }
        #expect(try keys(book).count == 1)
    }

    @Test func `a batch is found by the first digits of its digest`() throws {
        let folder = try TemporaryFolder()
        let book = try folder.open()
        let receipt = try book.ingest("one", [TestRow("a", newYear, "1")])
        try book.ingest("two", [TestRow("a", newYear + hour, "1")])
        let digits = "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed"
        #expect(receipt.digest.description == digits)
        for count in [8, 9, 31, 64] {
            #expect(
                try book.read { try $0.batches(digestPrefix: String(digits.prefix(count))) } == .one(receipt.digest))
        }
        #expect(try book.read { try $0.batches(digestPrefix: "00000000") } == .none)
    }
}
