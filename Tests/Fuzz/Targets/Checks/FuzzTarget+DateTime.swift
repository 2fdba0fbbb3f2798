import JSON

extension FuzzTarget {
    func checkDateTime(_ input: [UInt8]) throws(Disagreement) {
        for latest in [CalendarModel.latest, CalendarModel.latest + 1] {
            let found = Result { () throws(RFC3339.Failure) in try RFC3339.parse(input.span, through: Instant(microseconds: latest)) }
            let expected = DateTimeModel(input, through: latest)
            switch (found, expected) {
            case (.failure(let failure), .malformed):
                // It may be found first that a date does not exist, and not that there is something behind it.
                guard failure != .outOfRange || input.count == 10 else { throw Disagreement("out of range, but the judge finds no date-time") }
            case (.failure(let failure), .nonexistent): try agree(failure, .nonexistent, "the failure")
            case (.failure(let failure), .outOfRange): try agree(failure, .outOfRange, "the failure")
            case (.success(let reading), _):
                let moment = DateTimeModel.moment(
                    microseconds: reading.instant.microseconds,
                    isRounded: reading.isRoundedDown,
                    digits: reading.fractionDigits,
                    tail: reading.tail
                )
                try agree(moment, expected, "the date-time")
                try checkWriting(reading.instant)
            case (.failure(let failure), .moment): throw Disagreement("\(failure), but the judge says \(expected)")
            }
        }
    }

    /// What is written of a moment is what the judge writes, and is read as that moment.
    func checkWriting(_ instant: Instant) throws(Disagreement) {
        let text = instant.description
        try agree(text, CalendarModel.text(instant.microseconds), "the text of \(instant.microseconds)")
        let again = try? RFC3339.parse(Array(text.utf8).span, through: Instant(microseconds: CalendarModel.latest + 1))
        try agree(again?.instant, instant, "what \(text) is read as")
    }
}
