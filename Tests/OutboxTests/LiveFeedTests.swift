import Logging
import Tenancy
import Testing
import VoronkaTesting

@testable import Outbox

@Suite("The live feed")
struct LiveFeedTests {
    @Test("A screen sees its own company's events and no other's")
    func own() async throws {
        try await withTenants { world in
            let feed = LiveFeed()
            let relay = world.relay(feed)
            var screen = try #require(feed.subscribe(tenantID: world.a.tenant.id))
                .messages.makeAsyncIterator()
            try await world.b.happen(5)
            try await relay.publish(world.b.tenant)
            try await world.a.happen(6)
            try await relay.publish(world.a.tenant)
            guard case .change(let event) = await screen.next() else {
                Issue.record("no event")
                return
            }
            #expect(event.entityID == 6)
            #expect(event.streamNo == 1)
        }
    }

    @Test("A screen that reads too slowly is told to reload, and then it is over")
    func slow() async throws {
        try await withTenants { world in
            let feed = LiveFeed()
            let relay = world.relay(feed)
            let screen = try #require(feed.subscribe(tenantID: world.a.tenant.id)).messages
            for _ in 0...LiveFeed.bufferedEvents_max { try await world.a.happen(1) }
            try await relay.publish(world.a.tenant)
            var last: LiveFeed.Message?
            for await message in screen { last = message }
            #expect(last != nil && last?.number == nil)
            #expect(!feed.hasListeners(tenantID: world.a.tenant.id))
        }
    }

    @Test("What another server published reaches the screens here, in order and once")
    func otherServer() async throws {
        try await withTenants { world in
            let feed = LiveFeed()
            let here = world.relay(feed, name: "here")
            let there = world.relay(name: "there")
            var screen = try #require(feed.subscribe(tenantID: world.a.tenant.id))
                .messages.makeAsyncIterator()
            _ = try await here.replay(world.a.database, after: 0)
            try await world.a.happen(1)
            try await there.publish(world.a.tenant)
            try await world.a.happen(2)
            // A gap: the first event is read from the outbox.
            try await here.publish(world.a.tenant)
            try await here.show(world.a.tenant, announcedFrom: 1)
            try await world.a.happen(3)
            try await there.publish(world.a.tenant)
            try await here.show(world.a.tenant, announcedFrom: 3)
            for number in Int64(1)...3 { #expect(await screen.next()?.number == number) }
        }
    }

    @Test(
        "An announcement names companies and their first new numbers, and is ignored by its sender")
    func announcements() async throws {
        try await withTenants { world in
            let one = Announcements(server: "one", control: world.tenants.control)
            let two = Announcements(server: "two", control: world.tenants.control)
            #expect(two.read("one 1000:5 1001:7") == [1000: 5, 1001: 7])
            #expect(one.read("one 1000:5") == nil)
            #expect(two.read("") == nil)
            #expect(two.read("one 1000: x:1") == [:])
        }
    }

    @Test("Two running servers on one database: a change at one shows on a screen at the other")
    func twoRunningServers() async throws {
        let control = try await TestDatabase.shared().logins.control
        try await withTenants { world in
            let feeds = [LiveFeed(), LiveFeed()]
            let relays = feeds.enumerated().map { place, feed in
                Relay(
                    tenants: world.tenants, feed: feed, controlURL: control,
                    serverID: "server-\(place)", sweepRest: nil, logger: Logger(label: "test"))
            }
            let early = try #require(feeds[1].subscribe(tenantID: world.a.tenant.id)).messages
            try await withThrowingTaskGroup(of: Void.self) { group in
                for relay in relays { group.addTask { try await relay.run() } }
                // The first message of a listening server is a reset: from then on it misses
                // nothing.
                for await _ in early {}
                let screen = try #require(feeds[1].subscribe(tenantID: world.a.tenant.id)).messages
                try await world.a.happen(42)
                relays[0].wake(world.a.tenant)
                for await message in screen {
                    #expect(message.number == 1)
                    break
                }
                group.cancelAll()
            }
        }
    }
}
