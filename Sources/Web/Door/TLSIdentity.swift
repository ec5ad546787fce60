// The certificate and key the server shows, read and checked once at start.

import NIOSSL

/// The certificate or key cannot be used.
package struct TLSProblem: Error, CustomStringConvertible {
    /// The file, the cause and the remedy.
    package let description: String
}

/// What the server proves itself with.
package struct TLSIdentity: Sendable {
    let configuration: TLSConfiguration

    /// - Parameters:
    ///   - certificateFile: PEM, the server's certificate first, then those that lead to a root.
    ///   - keyFile: PEM, not encrypted.
    package init(certificateFile: String, keyFile: String) throws(TLSProblem) {
        let chain: [NIOSSLCertificate]
        do {
            chain = try NIOSSLCertificate.fromPEMFile(certificateFile)
        } catch {
            throw TLSProblem(
                description: "\(certificateFile) holds no certificate (\(error)): give a readable PEM file.")
        }
        let key: NIOSSLPrivateKey
        do {
            key = try NIOSSLPrivateKey(file: keyFile, format: .pem)
        } catch {
            throw TLSProblem(
                description: "\(keyFile) holds no private key (\(error)): give a readable, unencrypted PEM file.")
        }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        do {
            _ = try NIOSSLContext(configuration: configuration)
        } catch {
            throw TLSProblem(
                description: "\(certificateFile) and \(keyFile) do not belong together (\(error)): give the key that "
                    + "the certificate was made for.")
        }
        self.configuration = configuration
    }
}
