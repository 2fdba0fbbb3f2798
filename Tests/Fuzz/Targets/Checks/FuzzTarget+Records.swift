import FastCGI

extension FuzzTarget {
    /// As they are, and cut at some of their bytes: what was found of a beginning must be true of the whole.
    func checkRecords(_ input: [UInt8]) throws(Disagreement) {
        let whole = RecordsModel(input).verdict
        try agree(RecordsModel.Verdict(RequestScan(input.span.bytes)), whole, "the records")
        // Eight cuts, or all of them.
        for cut in stride(from: 0, to: input.count, by: max(1, input.count / 8)) {
            let beginning = Array(input[..<cut])
            let scan = RecordsModel.Verdict(RequestScan(beginning.span.bytes))
            try agree(scan, RecordsModel(beginning).verdict, "the first \(cut) bytes")
            // A whole request is spoiled by what comes behind it, and nothing else may be taken back.
            guard scan != .malformed || whole == .malformed else { throw Disagreement("\(cut) bytes are malformed, all of them are not") }
        }
    }
}

extension RecordsModel.Verdict {
    fileprivate init(_ scan: RequestScan) {
        self =
            switch scan {
            case .complete: .complete
            case .incomplete: .incomplete
            case .malformed: .malformed
            }
    }
}
