import Hummingbird

/// Every route of the HTTPS port. A new resource is one more line.
enum InstanceRoutes {
    static func router(_ context: InstanceContext) -> Router<InstanceRequestContext> {
        let router = Router(context: InstanceRequestContext.self)
        router.add(middleware: FaultAnswers())
        router.add(middleware: ClientCertificateReading())
        AgentRoutes(context: context).add(to: router)
        AgentTableRoutes(context: context).add(to: router)
        StartupSOAPRoutes(context: context).add(to: router)
        QueueTableRoutes(context: context).add(to: router)
        QueueSOAPRoutes(context: context).add(to: router)
        ConsoleRoutes(context: context).add(to: router)
        MetricsRoutes(context: context).add(to: router)
        return router
    }
}
