// Placeholder.
import Hummingbird
import NIOHTTP1
import NIOPosix
