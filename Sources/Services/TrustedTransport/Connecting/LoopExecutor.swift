import NIOCore

/// Runs tasks on an event loop: what waits for the loop and goes on there changes no threads, which with one connection at a time costs more than
/// the work itself.
final class LoopExecutor: TaskExecutor {
    let loop: any EventLoop

    init(_ loop: any EventLoop) { self.loop = loop }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
