import Foundation
import Testing
import Vocabulary

@testable import Identity

@Suite("The clock of a company's zone")
struct ZoneClockTests {
    /// 24 November 2026, noon UTC.
    private let now = Moment(seconds: 1_795_521_600)

    @Test("a zone that puts its clock forward and back is told to the second")
    func berlin() throws {
        let clock = try #require(ZoneClock(zone: "Europe/Berlin", around: now))
        let changes = clock.offsets.dropFirst().map { [$0.from, Int64($0.offset_s)] }
        #expect(
            changes == [
                [1_761_440_400, 3_600], [1_774_746_000, 7_200], [1_792_890_000, 3_600],
                [1_806_195_600, 7_200], [1_824_944_400, 3_600], [1_837_645_200, 7_200],
                [1_856_394_000, 3_600],
            ])
        #expect(clock.offsets.first?.offset_s == 7_200)
    }

    @Test("a zone whose clock stands is told once")
    func moscow() throws {
        let clock = try #require(ZoneClock(zone: "Europe/Moscow", around: now))
        #expect(clock.offsets.map(\.offset_s) == [10_800])
        #expect(clock.offsets[0].from < now.seconds - 365 * 86_400)
        #expect(clock.until > now.seconds + 2 * 365 * 86_400)
    }

    @Test("what is told is what the zone says at every quarter of an hour")
    func agrees() throws {
        for name in [
            "Australia/Lord_Howe", "Africa/Casablanca", "America/New_York", "Asia/Kolkata",
        ] {
            let zone = try #require(TimeZone(identifier: name))
            let clock = try #require(ZoneClock(zone: name, around: now))
            var told = clock.offsets[...]
            for at in stride(from: clock.offsets[0].from, to: clock.until, by: 900) {
                while let next = told.dropFirst().first, next.from <= at { told.removeFirst() }
                let real = zone.secondsFromGMT(for: Moment(seconds: at).date)
                if told.first?.offset_s != real {
                    Issue.record("\(name) at \(at): \(told.first?.offset_s ?? 0), is \(real)")
                    break
                }
            }
        }
    }

    @Test("nothing is told of a zone that there is not")
    func unknown() { #expect(ZoneClock(zone: "Mars/Olympus", around: now) == nil) }
}
