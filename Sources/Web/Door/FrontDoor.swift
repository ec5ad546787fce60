// Every request of the TCP listener: the upload door's addresses under /v1/, the pages for all others.

import Hummingbird
import NIOCore

/// What a request knows of its connection.
struct DoorContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }
}

/// Chooses who answers.
struct FrontDoor<Pages: HTTPResponder>: HTTPResponder where Pages.Context == DoorContext {
    let pages: Pages
    let uploads: UploadDoor?

    func respond(to request: Request, context: DoorContext) async throws -> Response {
        if let uploads, request.uri.path.hasPrefix("/v1/") {
            return await uploads.respond(to: request, on: context.channel)
        }
        return try await pages.respond(to: request, context: context)
    }
}
