/// What a text says as a cursor: all rows below a moment, and those of the moment below an id.
struct CursorModel: Equatable {
    var before: Int64
    var id: UInt128
}

extension CursorModel {
    init?(_ text: [UInt8]) {
        guard case .moment(let moment, _, let digits, let tail) = DateTimeModel(text, through: CalendarModel.latest + 1) else { return nil }
        guard digits == 45 else {
            self.init(before: moment, id: 0)
            return
        }
        guard let tail else { return nil }
        self.init(before: moment - 1, id: tail)
    }
}
