// Placeholder.
import ServiceLifecycle
