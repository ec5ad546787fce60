// Goal: the rule of identity, case by case, and that the order of arrival never decides what is current.
// Method: one table of two statements about one start; then permuted, doubled and late histories against one digest.

import Exact
import Formats
import Monitoring
import Testing

@Suite struct ChunkMergeTests {
    private static func order(_ sequence: Int64) -> SentOrder {
        SentOrder(sent: Instant(milliseconds: sequence), digest: Digest256(bytes: [UInt8](repeating: 0, count: 32)))
    }

    private func outcomes(_ first: ChunkAddition, _ second: ChunkAddition, revises: Bool = false) -> [MergeOutcome] {
        var chunk = Chunk(revises: revises)
        _ = chunk.index(ofFlag: "D")
        var outcomes: [MergeOutcome] = []
        chunk.merge([first, second], outcomes: &outcomes, sentOrder: Self.order)
        return outcomes
    }

    @Test(
        arguments: [
            (chunkRow(0, 2, -1), chunkRow(0, 20, -2), MergeOutcome.duplicate),
            (chunkRow(0, 5), chunkRow(0, 50, -1), .duplicate),
            (chunkRow(0, 0, -3), chunkRow(0, 0, 2), .duplicate), (chunkRow(0, 5), chunkRow(0, 6), .conflict),
            (chunkRow(0, 5), chunkRow(0, 5, 0, .below), .conflict),
            (chunkRow(0, 5), chunkRow(0, 5, flag: 1), .conflict),
            (chunkRow(0, 0, 0, .missing), chunkRow(0, 5), .refill),
            (chunkRow(0, 5), chunkRow(0, 0, 0, .missing), .conflict),
            (chunkRow(0, 0, 0, .missing), chunkRow(0, 7, 3, .missing), .duplicate),
            (chunkRow(0, 0, 0, .missing), chunkRow(0, 0, 0, .missing, flag: 1), .conflict),
            (chunkRow(0, 5), chunkRow(1, 5), .new),
        ])
    func `two statements about one start`(first: ChunkAddition, second: ChunkAddition, expected: MergeOutcome) {
        #expect(outcomes(first, second) == [.new, expected])
    }

    @Test func `a value after a gap and a conflict keep all versions; only the conflict is disputed`() {
        let chunk = makeChunk([
            chunkRow(0, 0, 0, .missing, sequence: 1), chunkRow(0, 5, sequence: 2), chunkRow(1, 5, sequence: 1),
            chunkRow(1, 6, sequence: 2),
        ])
        #expect(chunk.count == 4)
        var view = CurrentView()
        view.append(chunk, over: Interval(start: Instant(milliseconds: 0), end: Instant(milliseconds: 9)))
        #expect(view.start == [0, 1])
        #expect(view.isDisputed == [false, true])
        #expect(view.value(0) == ExactDecimal(mantissa: 5, exponent: 0))
        #expect(view.value(1) == nil)
        #expect(view.disputes.map { $0.versions.map { $0.value?.description } } == [["5", "6"]])
    }

    @Test func `as known before the second batch, the conflict does not exist`() {
        let chunk = makeChunk([chunkRow(1, 5, sequence: 1), chunkRow(1, 6, sequence: 2), chunkRow(2, 7, sequence: 2)])
        var view = CurrentView()
        let interval = Interval(start: Instant(milliseconds: 0), end: Instant(milliseconds: 9))
        view.append(chunk, over: interval, asKnownAt: 1)
        #expect(view.start == [1])
        #expect(view.value(0) == ExactDecimal(mantissa: 5, exponent: 0))
    }

    @Test func `a revising source's last sent statement is current in every order of arrival`() {
        // Sent 1, 2, 3, 4: the source says 5, corrects to 6, says 6 again, goes back to 5.
        let history = [
            chunkRow(0, 5, sequence: 1), chunkRow(0, 6, sequence: 2), chunkRow(0, 6, sequence: 3),
            chunkRow(0, 5, sequence: 4),
        ]
        var digests: Set<Digest256> = []
        for order in permutations(Array(history.indices)) {
            var chunk = Chunk(revises: true)
            var outcomes: [MergeOutcome] = []
            for index in order { chunk.merge([history[index]], outcomes: &outcomes, sentOrder: Self.order) }
            var view = CurrentView()
            view.append(chunk, over: Interval(start: Instant(milliseconds: 0), end: Instant(milliseconds: 9)))
            #expect(view.value(0) == ExactDecimal(mantissa: 5, exponent: 0), "\(order)")
            #expect(view.disputes.isEmpty)
            digests.insert(chunk.digest)
        }
        #expect(digests.count == 1)
    }

    @Test func `compiled data stand over what is not compiled, whenever it was sent`() {
        // Flags: 1 整编, 2 初报. Sent 1 to 5: 33 初报, 34 整编, 33 初报, 35 整编, 36 without a word.
        let history = [
            chunkRow(0, 33, flag: 2, sequence: 1), chunkRow(0, 34, flag: 1, sequence: 2),
            chunkRow(0, 33, flag: 2, sequence: 3), chunkRow(0, 35, flag: 1, sequence: 4), chunkRow(0, 36, sequence: 5),
        ]
        var digests: Set<Digest256> = []
        for order in permutations(Array(history.indices)) {
            var chunk = Chunk(revises: true)
            for flag in ["整编", "初报"] { _ = chunk.index(ofFlag: flag) }
            var outcomes: [MergeOutcome] = []
            for index in order { chunk.merge([history[index]], outcomes: &outcomes, sentOrder: Self.order) }
            var view = CurrentView()
            view.append(chunk, over: Interval(start: Instant(milliseconds: 0), end: Instant(milliseconds: 9)))
            #expect(view.value(0) == ExactDecimal(mantissa: 35, exponent: 0), "\(order)")
            digests.insert(chunk.digest)
        }
        #expect(digests.count == 1)
    }

    @Test func `stale repeats of a revising source keep two versions, not hundreds`() {
        var chunk = Chunk(revises: true)
        var outcomes: [MergeOutcome] = []
        for sequence: Int64 in 1...300 {
            chunk.merge([chunkRow(0, 5, sequence: sequence)], outcomes: &outcomes, sentOrder: Self.order)
            #expect(outcomes == [sequence == 1 ? .new : .duplicate])
        }
        #expect(chunk.sequence == [1, 300])
    }

    @Test func `permuted, doubled and late histories give one digest and one view`() {
        var generator = ChunkGenerator(state: 11)
        var history: [ChunkAddition] = []
        for index in 0..<60 {
            let isMissing = index % 7 == 0
            history.append(
                chunkRow(
                    Int64.random(in: 0..<30, using: &generator), Int64.random(in: 1...3, using: &generator), 0,
                    isMissing ? .missing : .none, sequence: Int64(index)))
        }
        var digests: Set<Digest256> = []
        var views: Set<String> = []
        for _ in 0..<50 {
            var chunk = Chunk()
            var outcomes: [MergeOutcome] = []
            for addition in (history + history.prefix(20)).shuffled(using: &generator) {
                chunk.merge([addition], outcomes: &outcomes, sentOrder: Self.order)
            }
            digests.insert(chunk.digest)
            var view = CurrentView()
            view.append(chunk, over: Interval(start: Instant(milliseconds: 0), end: Instant(milliseconds: 99)))
            let text = (0..<view.count).map {
                "\(view.start[$0]):\(view.value($0)?.description ?? "-")\(view.isDisputed[$0])"
            }
            views.insert(text.joined(separator: " "))
        }
        #expect(digests.count == 1)
        #expect(views.count == 1)
    }

    @Test func `merging many rows at once is the same as merging them one by one`() {
        var generator = ChunkGenerator(state: 12)
        for _ in 0..<100 {
            let rows = (0..<40).map { index in
                chunkRow(
                    Int64.random(in: 0..<25, using: &generator), Int64.random(in: 1...2, using: &generator),
                    sequence: Int64(index))
            }
            var single = Chunk()
            var outcomes: [MergeOutcome] = []
            var wanted: [Int64: [MergeOutcome]] = [:]
            for addition in rows {
                single.merge([addition], outcomes: &outcomes, sentOrder: Self.order)
                wanted[addition.start, default: []] += outcomes
            }
            var whole = Chunk()
            let sorted = rows.enumerated().sorted { ($0.element.start, $0.offset) < ($1.element.start, $1.offset) }
            let half = sorted.map(\.element)
            whole.merge(half, outcomes: &outcomes, sentOrder: Self.order)
            #expect(isSameChunk(whole, single))
            #expect(outcomes == wanted.sorted { $0.key < $1.key }.flatMap(\.value))
        }
    }

    @Test func `more versions of one start than the limit are kept out and said to be`() {
        var chunk = Chunk()
        var outcomes: [MergeOutcome] = []
        let rows = (0..<300).map { chunkRow(0, Int64($0), sequence: Int64($0)) }
        chunk.merge(rows, outcomes: &outcomes, sentOrder: Self.order)
        #expect(chunk.count == Chunk.versionsOfStartLimit)
        #expect(outcomes.filter { $0 == .full }.count == 300 - Chunk.versionsOfStartLimit)
    }

    private func permutations(_ items: [Int]) -> [[Int]] {
        if items.isEmpty { return [[]] }
        return items.flatMap { item in
            permutations(items.filter { $0 != item }).map { [item] + $0 }
        }
    }
}
