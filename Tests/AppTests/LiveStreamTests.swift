import Testing
import Vocabulary
import Web

@testable import App

/// Seller 7 may see his own deals only.
@Suite("The live stream")
struct LiveStreamTests {
    private let seller = Actor(
        userID: 7, name: "Илья Орлов", language: .ru, isAdministrator: false,
        rights: Rights(["deal": ["view": .own]]), groupMemberIDs: [])

    private func sight(_ payload: String, by actorID: Int64 = 1) -> LiveStream.Sight {
        LiveStream.sight(of: payload, by: actorID, about: .deal, for: seller)
    }

    @Test("tells a seller of his own deals and not of a colleague's")
    func own() {
        #expect(sight(#"{"owner_id": 7, "patch": {}}"#) == .whole)
        #expect(sight(#"{"owner_id": 8, "patch": {}}"#) == .none)
        #expect(sight(#"{"patch": {}}"#) == .none)
    }

    @Test("tells him that a deal is gone, and nothing of what it has become")
    func givenAway() {
        #expect(sight(#"{"owner_id": 8, "previous_owner_id": 7, "patch": {}}"#) == .lost)
        #expect(sight(#"{"owner_id": 8, "patch": {}}"#, by: 7) == .lost)
        #expect(sight(#"{"owner_id": 8, "previous_owner_id": 9, "patch": {}}"#) == .none)
    }

    @Test("tells whoever may see everything everything")
    func everyone() {
        let head = Actor(
            userID: 1, name: "Анна Ким", language: .ru, isAdministrator: true,
            rights: .everything, groupMemberIDs: [])
        let sight = LiveStream.sight(of: #"{"owner_id": 8}"#, by: 8, about: .deal, for: head)
        #expect(sight == .whole)
    }
}
