import Postgres
import Testing
import Vocabulary

@testable import Identity

@Suite("Rights")
struct RightsTests {
    private func actor(_ rights: Rights, isAdministrator: Bool = false) -> Actor {
        Actor(
            userID: 7, name: "Илья", language: .ru, isAdministrator: isAdministrator,
            rights: rights,
            groupID: 3, groupMemberIDs: [7, 8])
    }

    @Test(
        "reach everyone's, the group's, one's own records, or none",
        arguments: [
            (Reach.all, Owners.everyone), (.group, .these([7, 8])), (.own, .these([7])),
            (.none, .these([])),
        ])
    func reaches(reach: Reach, owners: Owners) {
        for entity in EntityType.allCases {
            for verb in Verb.allCases {
                var verbs: [String: Reach] = ["view": .all]
                verbs[verb.rawValue] = reach
                let actor = actor(Rights([entity.rawValue: verbs]))
                #expect(actor.owners(verb, entity) == owners)
                for other in EntityType.allCases where other != entity {
                    #expect(actor.owners(verb, other) == .these([]))
                }
            }
        }
    }

    @Test("to change reach no further than the right to see")
    func seeing() {
        for verb in [Verb.edit, .delete, .export] {
            let blind = actor(Rights(["deal": [verb.rawValue: .all]]))
            #expect(blind.owners(verb, .deal) == .these([]))
            let near = actor(Rights(["deal": [verb.rawValue: .all, "view": .own]]))
            #expect(near.owners(verb, .deal) == .these([7]))
        }
        #expect(actor(Rights(["deal": ["add": .all]])).owners(.add, .deal) == .everyone)
    }

    @Test("do not bind an administrator")
    func administrator() {
        let actor = actor(Rights([:]), isAdministrator: true)
        for verb in Verb.allCases { #expect(actor.owners(verb, .deal) == .everyone) }
    }

    @Test("of a seller: sees the group's deals, edits his own, deletes and exports nothing")
    func seller() {
        let actor = actor(.seller)
        #expect(actor.owners(.view, .deal) == .these([7, 8]))
        #expect(actor.owners(.edit, .deal) == .these([7]))
        #expect(actor.owners(.delete, .deal) == .these([]))
        #expect(actor.owners(.export, .contact) == .these([]))
        #expect(actor.rights.reach(.add, .deal) != .none)
    }

    @Test("survive being stored, and an unknown reach reaches nothing")
    func stored() throws {
        #expect(try Rights(stored: Rights.seller.stored) == .seller)
        let odd = try Rights(stored: .init(#"{"deal": {"view": "moon", "edit": "own"}}"#))
        #expect(odd.reach(.view, .deal) == .none)
        #expect(odd.reach(.edit, .deal) == .own)
    }

    @Test("become amoCRM's letters")
    func letters() {
        let letters = AmoRights.letters(.seller, isAdministrator: false)
        #expect(letters.map(\.entity) == ["leads", "contacts", "companies", "tasks"])
        #expect(letters[0].verbs.map(\.letter) == ["G", "M", "A", "D", "D"])
        #expect(letters[3].verbs.map(\.verb) == ["edit", "delete"])
        for (_, verbs) in AmoRights.letters(Rights([:]), isAdministrator: true) {
            #expect(verbs.allSatisfy { $0.letter == "A" })
        }
    }

    @Test("of a reading token hold no verb that writes, even for an administrator's token")
    func readingToken() {
        for isAdministrator in [true, false] {
            let actor = actor(.seller, isAdministrator: isAdministrator).limited(to: [.crmRead])
            #expect(!actor.isAdministrator)
            #expect(actor.owners(.view, .deal) != .these([]))
            for verb in [Verb.edit, .add, .delete] {
                for entity in EntityType.allCases {
                    #expect(actor.owners(verb, entity) == .these([]))
                }
            }
        }
        #expect(actor(.seller).limited(to: [.crm, .crmRead]) == actor(.seller))
        #expect(
            actor(.everything, isAdministrator: true).limited(to: []).owners(.view, .deal)
                == .these([]))
    }
}
