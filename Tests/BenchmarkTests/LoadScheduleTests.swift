import Testing

@testable import eventauth_bench

struct LoadScheduleTests {
    @Test func `a window is filled and not overfilled`() {
        var schedule = LoadSchedule(.window(2), count: 10, seconds: 1, start: 0)
        #expect(schedule.next(at: 5, whereWaiting: 1) == 5)
        #expect(schedule.next(at: 5, whereWaiting: 2) == nil)
    }

    @Test func `a load of a rate waits until a message is due`() {
        var schedule = LoadSchedule(.rate(1_000), count: 10, seconds: 1, start: 7)
        #expect(schedule.next(at: 7, whereWaiting: 0) == 7)
        #expect(schedule.nextDue == 1_000_007)
        #expect(schedule.next(at: 1_000_006, whereWaiting: 0) == nil)
    }

    @Test func `what is late counts from when it was due, however much waits`() {
        var schedule = LoadSchedule(.rate(1_000), count: 10, seconds: 1, start: 0)
        let starts = (0..<4).map { schedule.next(at: 3_500_000, whereWaiting: $0) }
        #expect(starts == [0, 1_000_000, 2_000_000, 3_000_000])
        #expect(schedule.next(at: 3_500_000, whereWaiting: 4) == nil)
    }

    @Test(arguments: [LoadPace.window(100), .rate(1e9)])
    func `a load ends with its count`(pace: LoadPace) {
        var schedule = LoadSchedule(pace, count: 2, seconds: 1, start: 0)
        #expect((0..<3).map { schedule.next(at: 10, whereWaiting: $0) != nil } == [true, true, false])
        #expect(schedule.nextDue == nil)
    }

    @Test func `a window is filled no more once the time is over`() {
        var schedule = LoadSchedule(.window(2), count: 10, seconds: 1, start: 0)
        #expect(schedule.next(at: 1_000_000_000, whereWaiting: 0) == nil)
    }

    @Test func `what was due in time is sent even when the time is over`() {
        var schedule = LoadSchedule(.rate(3), count: 10, seconds: 1, start: 0)
        #expect((0..<4).map { schedule.next(at: 2_000_000_000, whereWaiting: $0) != nil } == [true, true, true, false])
        #expect(schedule.nextDue == nil)
    }
}
