/// What a worker's process exits with, where it is not a signal that ends it.
enum WorkerExit: CInt {
    /// It was asked to leave, or its master is gone.
    case asked = 0
    /// It cannot go on; why is in the log.
    case fault = 1
    /// It has answered as many requests as it was to.
    case maxRequests = 3
}
