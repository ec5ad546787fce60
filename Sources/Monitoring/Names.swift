// A name in both languages; Chinese and English are equal.

/// A name in Chinese and English.
package struct BilingualName: Hashable, Sendable {
    package let chinese: String
    package let english: String

    package init(chinese: String, english: String) {
        self.chinese = chinese
        self.english = english
    }
}
