// Placeholder.
import GRDB
import Crypto
import Logging
