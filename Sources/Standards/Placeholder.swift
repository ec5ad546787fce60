// Placeholder.
import Yams
