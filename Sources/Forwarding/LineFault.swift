// Why no answer came, in words a station's operator can act on.

import AsyncHTTPClient
import Glibc
import NIOCore
import NIOSSL

/// A request that got no answer, or half of one.
enum LineFault {
    /// Cause and, where there is one, the remedy.
    static func words(_ error: any Error) -> String {
        switch error {
        case let problem as ForwardingProblem: return problem.description
        case let failure as HTTPClientError: return words(failure)
        case is FileBody.CutShort: return "the file became shorter while it was sent"
        case is UploadGone: return "the node no longer has the upload that was begun: the file is sent anew"
        case let failure as IOError where failure.errnoCode == ECONNREFUSED:
            return "nobody listens at the node's address and port"
        case let failure as IOError: return "the line broke: " + String(cString: strerror(failure.errnoCode))
        case let failure as NIOSSLExtraError where failure == .failedToValidateHostname:
            return "the node's certificate is for another name than the one given with --to"
        default: break
        }
        let text = "\(error)"
        // The library tells these two apart by text alone.
        if text.contains("CERTIFICATE_VERIFY_FAILED") {
            return "the node's certificate is not signed by an authority this station trusts, or is out of date: give "
                + "the authority's certificate with --ca"
        }
        if text.contains("UnknownHost") { return "the node's name is not known to this network" }
        return "no answer from the node: " + text
    }

    private static func words(_ failure: HTTPClientError) -> String {
        switch failure {
        case .connectTimeout: "no connection to the node in time"
        case .readTimeout, .deadlineExceeded, .writeTimeout: "no answer from the node in time"
        case .remoteConnectionClosed: "the connection ended before the node's answer"
        default: "no answer from the node: \(failure)"
        }
    }
}
