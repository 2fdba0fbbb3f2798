import Testing

@testable import Pool

@Suite("What a master hands to the next")
struct InheritanceTests {
    @Test("is read as it was written")
    func roundTrip() {
        for isOwner in [true, false] {
            let inheritance = Inheritance(listener: 7, ready: 19, isOwner: isOwner, master: 4711)
            #expect(Inheritance(parsing: inheritance.text) == inheritance)
        }
        #expect(Inheritance(listener: 7, ready: 9, isOwner: true, master: 12).text == "listener=7,ready=9,owner=1,master=12")
    }

    @Test("may hold more than is known here, in any order")
    func later() {
        let text = "more=3,owner=0,master=12,ready=9,listener=7"
        #expect(Inheritance(parsing: text) == Inheritance(listener: 7, ready: 9, isOwner: false, master: 12))
    }

    @Test(
        "is nothing at all where it is not whole, or names what cannot be",
        arguments: [
            "", "7,9,1", "listener=7", "listener=7,ready=9", "listener=7,ready=9,owner=1", "listener=7,ready=9,owner=2,master=12",
            "listener=7,ready=9,owner=,master=12", "listener=-7,ready=9,owner=1,master=12",
            "listener=7,ready=9,owner=1,master=12,", "listener=+7,ready=9,owner=1,master=12", "listener=7 ,ready=9,owner=1,master=12",
            "listener=2,ready=9,owner=1,master=12",
            "listener=7,ready=7,owner=1,master=12", "listener=7,listener=8,ready=9,owner=1,master=12",
            "listener=99999999999,ready=9,owner=1,master=12",
        ]
    )
    func nonsense(text: String) { #expect(Inheritance(parsing: text) == nil) }
}
