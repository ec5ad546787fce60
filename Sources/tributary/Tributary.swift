// The command line: one verb of the user's day per command, each in its own file.

import ArgumentParser
import CMalloc

@main
enum Program {
    static func main() async {
        // One pool of memory for all threads: the allocator's further pools grow by a page at a time, a call of the
        // kernel each, and keep what only their own threads may use again.
        tributary_share_one_pool()
        tributary_leave_sqlite_memory_uncounted()
        await Tributary.main()
    }
}

struct Tributary: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tributary",
        abstract: "Boundary monitoring to alerts to compensation: 跨界监测、报警与生态补偿核算.",
        discussion: """
            Results go to standard output, everything else to standard error.

            Exit codes: 0 done · 1 done, and something in the result needs a person (a problem found, a batch \
            refused, a period not settled) · 64 the command line is wrong · 65 the input cannot be used · 69 the \
            daemon went away · 70 a fault of ours · 73 a file or folder cannot be written · 75 the data folder is in \
            use by another process.
            """,
        version: Release.version,
        subcommands: [
            ServeCommand.self, IngestCommand.self, AdmitCommand.self, PushCommand.self, StationCommand.self,
            CheckCommand.self,
            AlertsCommand.self, AssessCommand.self, TrendCommand.self, ChangesCommand.self, HolesCommand.self,
            HoleCommand.self, NoticeCommand.self, InstrumentCommand.self,
            SettleCommand.self, StatementCommand.self, ExplainCommand.self, ReceiptCommand.self, SimulateCommand.self,
            DumpCommand.self, QueryCommand.self, DetectCommand.self, DoctorCommand.self, VersionCommand.self,
            QCCommand.self, KernelsCommand.self,
        ])
}

/// What this build calls itself, in statements and receipts.
enum Release {
    static let version = "0.1.0"
}
