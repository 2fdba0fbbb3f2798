/// The tables of a frame: the endpoints, and the workers.
struct TopTables {
    let status: TopStatus
    let rates: TopRates?
    let view: TopView

    /// As many lines as there is room for: both tables where that is enough, with a line between.
    func lines(width: Int, rows: Int) -> [StyledLine] {
        // The head, a row, and how many more there are: less of both would say less than one of them.
        let least = 3
        guard rows > 1 else { return [] }
        let gap = rows > 2 * least ? 1 : 0
        let workers = sortedWorkers.dropFirst(view.firstWorker)
        let endpoints = (rates?.endpoints ?? [])[...]
        guard rows >= 2 * least + gap else {
            return view.areWorkersFirst
                ? table(Self.workerColumns, workers, cells, width: width, rows: rows)
                : table(Self.endpointColumns, endpoints, cells, width: width, rows: rows)
        }

        // Endpoints are few, so they have up to half, or what the workers leave; where the workers are first, what these leave.
        let half = view.areWorkersFirst ? least : (rows - gap) / 2
        let endpointRows = min(1 + endpoints.count, max(half, rows - gap - 1 - workers.count))
        let endpointLines = table(Self.endpointColumns, endpoints, cells, width: width, rows: endpointRows)
        let workerLines = table(Self.workerColumns, workers, cells, width: width, rows: rows - gap - endpointRows)
        let blank = Array(repeating: StyledLine(), count: gap)
        return view.areWorkersFirst ? workerLines + blank + endpointLines : endpointLines + blank + workerLines
    }

    /// The head and as many rows as there is room for, and, where some are left out, how many. Columns are as wide as what is shown.
    private func table<Row>(
        _ columns: [TextTable.Column],
        _ all: ArraySlice<Row>,
        _ cells: (Row) -> [TextTable.Cell],
        width: Int,
        rows: Int
    ) -> [StyledLine] {
        let shown = all.count < rows ? all.count : max(0, rows - 2)
        let lines = TextTable(columns: columns, rows: all.prefix(shown).map(cells)).lines(width: width)
        return shown < all.count ? lines + [StyledLine("... \(all.count - shown) more", .label)] : lines
    }

    private static let endpointColumns: [TextTable.Column] = [
        .init(title: "endpoint", isNumber: false), .init(title: "req/s", rank: 1), .init(title: "5xx/s", rank: 3), .init(title: "p50", rank: 5),
        .init(title: "p95", rank: 2), .init(title: "p99", rank: 4), .init(title: "requests", rank: 6), .init(title: "5xx", rank: 7),
    ]

    private static let workerColumns: [TextTable.Column] = [
        .init(title: "pid"), .init(title: "gen", rank: 7), .init(title: "state", isNumber: false, rank: 1), .init(title: "requests", rank: 5),
        .init(title: "req/s", rank: 2), .init(title: "at request", rank: 3), .init(title: "memory", rank: 8), .init(title: "last", rank: 6),
        .init(title: "endpoint", isNumber: false, rank: 4),
    ]

    private func cells(_ endpoint: TopRates.Endpoint) -> [TextTable.Cell] {
        let durations = endpoint.durations
        return [
            .init(text: endpoint.name), .init(text: rateText(endpoint.requests)),
            .init(text: rateText(endpoint.errors), style: (endpoint.errors ?? 0) > 0 ? .ill : .plain),
            .init(text: durations.half.text), .init(text: durations.most.text), .init(text: durations.nearlyAll.text),
            .init(text: "\(endpoint.allRequests)"), .init(text: "\(endpoint.allErrors)"),
        ]
    }

    private func cells(_ worker: TopStatus.Worker) -> [TextTable.Cell] {
        [
            .init(text: "\(worker.pid)"), .init(text: "\(worker.generation)"), .init(text: worker.state, style: style(worker)),
            .init(text: "\(worker.requests)"), .init(text: rateText(rates?.requests(ofWorker: worker.pid))),
            .init(text: worker.requestMilliseconds.map { durationText(milliseconds: $0) } ?? "-"),
            .init(text: worker.residentKilobytes.map(memoryText) ?? "-"),
            .init(text: worker.lastStatus.map { "\($0)" } ?? "-", style: (worker.lastStatus ?? 0) >= 500 ? .ill : .plain),
            .init(text: worker.endpoint ?? "-"),
        ]
    }

    private func style(_ worker: TopStatus.Worker) -> TextStyle {
        switch worker.state {
        case WorkerState.busy.name: .well
        case WorkerState.waiting.name: .ill
        case WorkerState.starting.name: .warning
        default: .plain
        }
    }

    /// Those that are equal stay in the order of their slots.
    private var sortedWorkers: [TopStatus.Worker] {
        func descending(_ value: (TopStatus.Worker) -> Double) -> [TopStatus.Worker] {
            status.workers.sorted { a, b in (value(a), -a.slot) > (value(b), -b.slot) }
        }
        return switch view.order {
        case .slot: status.workers.sorted { $0.slot < $1.slot }
        case .rate: descending { rates?.requests(ofWorker: $0.pid) ?? 0 }
        case .time: descending { Double($0.requestMilliseconds ?? -1) }
        case .requests: descending { Double($0.requests) }
        case .memory: descending { Double($0.residentKilobytes ?? 0) }
        }
    }
}

/// Kilobytes, for people.
func memoryText(kilobytes: Int) -> String {
    kilobytes < 10_240 ? "\(kilobytes / 1_024).\(kilobytes % 1_024 * 10 / 1_024) MB" : "\(kilobytes / 1_024) MB"
}
