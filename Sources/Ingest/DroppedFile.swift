// A file of a drop folder as it was seen, and what came of opening it.

package import Foundation
package import Monitoring

/// A regular file in a drop folder that seems whole.
package struct DroppedFile: Hashable, Sendable {
    /// From the drop folder.
    package let place: FolderPath
    let stamp: FileStamp
    /// `place` as text; nested folders per station are kept.
    package let relativePath: String
    /// For messages.
    package let path: String

    init(_ place: FolderPath, _ stamp: FileStamp, root: String) {
        self.place = place
        self.stamp = stamp
        relativePath = place.text
        path = root + "/" + relativePath
    }

    package var byteCount: Int { stamp.byteCount }
    /// When it was last changed, as its sender's tools left it.
    package var modifiedAt: Instant { stamp.modifiedAt }
    /// When it was written, in nanoseconds since 1970, as its sender says.
    package var modified: Int64 { stamp.modified }
    /// The folder at the top of the drop folder that it lies in; `nil` in the drop folder itself.
    package var topFolder: String? {
        let parts = place.components
        return parts.count < 2 ? nil : FolderPath(bytes: Array(parts[0])).text
    }
}

/// What came of opening a file that seemed whole.
package enum DropOpening {
    /// It is the file that was found, and its writer has left it.
    case open(OpenFile)
    /// It changed, went, or somebody still writes it: a later sweep sees what it is then.
    case notYet
    /// The system refuses; its code.
    case closed(Int32)
}

/// What came of reading a file that seemed whole.
package enum DropReading {
    case bytes(Data)
    /// It changed, went, or somebody still writes it: a later sweep sees what it is then.
    case notYet
    /// The system refuses; its code.
    case closed(Int32)
}
