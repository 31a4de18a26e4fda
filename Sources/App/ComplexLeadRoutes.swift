import Contacts
package import Deals
package import Hummingbird
import Outbox
import Postgres
import Records
import Tenancy
import Vocabulary
package import Web

/// `POST /api/v4/leads/complex` (amocrm-api 5.6): deals that come with their contact and company,
/// all made together or not at all. It joins two slices, hence it is here.
///
/// Nothing is looked up among the cards that are there, so nothing is merged.
package struct ComplexLeadRoutes: Sendable {
    let deals: Deals
    let services: Services

    /// Source: amocrm-api 5.6.
    static let items_max = 50
    static let fieldsPerCard_max = 40

    package init(deals: Deals, services: Services) {
        self.deals = deals
        self.services = services
    }

    package func add(to api: RouterGroup<TenantContext>) {
        api.post("leads/complex") { try await create($0, $1) }
    }

    /// A card that stands in `_embedded`.
    enum Card: Sendable {
        case existing(Int64)
        case new(PartyDraft)
    }

    struct Item: Sendable {
        var deal: DealItem
        let contact: Card?
        let company: Card?

        init(_ reader: inout FieldReader) {
            deal = DealItem(&reader, isUpdate: false, linksCards: false)
            Self.checkFields(&reader)
            var embedded = reader.object("_embedded")
            contact = Self.card(&embedded, .contact)
            company = Self.card(&embedded, .company)
        }

        private static func card(_ embedded: inout FieldReader?, _ party: Party) -> Card? {
            guard let readers = embedded?.objects(party.entity.plural, max: 1),
                var reader = readers.first
            else { return nil }
            if let id = reader.id("id") { return .existing(id) }
            checkFields(&reader)
            return PartyDraft(&reader, party: party, isNew: true).map { .new($0) }
        }

        private static func checkFields(_ reader: inout FieldReader) {
            let key = "custom_fields_values"
            guard let fields = reader.value(key)?.array, fields.count > fieldsPerCard_max else {
                return
            }
            reader.refuse(FieldRefusal.tooMany(key, fieldsPerCard_max))
        }
    }

    private func create(_ request: Request, _ context: TenantContext) async throws -> Response {
        let items = try Batch.items(try await request.json(), max: Self.items_max) { Item(&$0) }
        let made = try await context.tenant.transaction {
            try await create(items, context, in: $0)
        }
        services.wake(context.tenant.tenant)
        var writer = JSONWriter()
        writer.array { writer in
            for (item, one) in zip(items, made) {
                writer.object { writer in
                    writer.field("id", one.id)
                    writer.field("contact_id", one.contactID)
                    writer.field("company_id", one.companyID)
                    writer.array("request_id") { $0.value(item.requestID) }
                    writer.field("merged", false)
                }
            }
        }
        return .json(writer.buffer)
    }

    private func create(
        _ items: [Batch.Item<Item>], _ context: TenantContext, in transaction: TenantTransaction
    ) async throws -> [(id: Int64, contactID: Int64?, companyID: Int64?)] {
        let contacts = try await cards(.contact, items, \.contact, context, transaction)
        let companies = try await cards(.company, items, \.company, context, transaction)
        try await introduce(items, contacts, companies, context, transaction)
        var complete: [Batch.Item<DealItem>] = []
        for (place, item) in items.enumerated() {
            var deal = item.value.deal
            deal.contacts = contacts[place].map { [($0, true)] } ?? []
            deal.companyID = companies[place]
            complete.append(Batch.Item(requestID: item.requestID, value: deal))
        }
        let written = try await deals.create(
            complete, by: context.actor, at: context.now, in: transaction)
        return zip(written, zip(contacts, companies)).map { ($0.id, $1.0, $1.1) }
    }

    /// The card of each item: its id, or the id of the one that is made for it now.
    private func cards(
        _ party: Party, _ items: [Batch.Item<Item>], _ card: (Item) -> Card?,
        _ context: TenantContext, _ transaction: TenantTransaction
    ) async throws -> [Int64?] {
        var ids: [Int64?] = []
        var drafts: [PartyDraft] = []
        var places: [Int] = []
        for (place, item) in items.enumerated() {
            switch card(item.value) {
            case .existing(let id): ids.append(id)
            case .new(var draft):
                draft.requestID = item.requestID
                drafts.append(draft)
                places.append(place)
                ids.append(nil)
            case nil: ids.append(nil)
            }
        }
        if drafts.isEmpty { return ids }
        do {
            let made = try await party.create(
                drafts, actor: context.actor, at: context.now, in: transaction)
            for (place, id) in zip(places, made) { ids[place] = id }
        } catch let refusal as BatchRefusal {
            throw refusal.within("_embedded.\(party.entity.plural).0")
        }
        return ids
    }

    /// A new contact works for the new company that came with him.
    private func introduce(
        _ items: [Batch.Item<Item>], _ contacts: [Int64?], _ companies: [Int64?],
        _ context: TenantContext, _ transaction: TenantTransaction
    ) async throws {
        var links: [Link] = []
        for (place, item) in items.enumerated() {
            guard case .new = item.value.contact, case .new = item.value.company,
                let contact = contacts[place], let company = companies[place]
            else { continue }
            links.append(Link(from: .contact, contact, to: .company, company))
        }
        if links.isEmpty { return }
        var owners = try await Links.lock(
            .contact, links.map(\.fromID), owners: .everyone, in: transaction)
        owners.merge(
            try await Links.lock(.company, links.map(\.toID), owners: .everyone, in: transaction)
        ) { $1 }
        let events = try await Links.make(
            links, owners: owners, actor: context.actor, at: context.now, in: transaction)
        _ = try await transaction.query(
            Outbox.append(events.drafts(by: context.actor, at: context.now)))
    }
}

extension BatchRefusal {
    /// The same with every path inside `place`.
    fileprivate func within(_ place: String) -> BatchRefusal {
        BatchRefusal(
            items.map { item in
                Item(
                    requestID: item.requestID,
                    refusals: item.refusals.map { refusal in
                        FieldRefusal(
                            refusal.path.isEmpty ? place : "\(place).\(refusal.path)",
                            code: refusal.code, status: refusal.status, refusal.detail)
                    })
            })
    }
}
