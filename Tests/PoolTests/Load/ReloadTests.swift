import Foundation
import Support
import Testing

@Suite("A reload under load")
struct ReloadTests {
    @Test("one after the other, each with new workers, costs no caller anything")
    func sequence() throws {
        let site = try Site(workers: 4)
        let load = try Load(site)
        let descriptors = site.descriptors(of: site.deployment.masterID).count
        for _ in 0..<often(50, normally: 8) {
            let old = site.deployment.workers
            let answer = try site.ask(.reload)
            #expect(answer.status == 0)
            #expect(answer.text.hasPrefix("reloaded: 4 of 4 new workers ready in "), "\(answer.text)")
            // It has happened when it says so.
            let new = site.deployment.workers
            #expect(new.count == 4 && Set(new).isDisjoint(with: old) && old.allSatisfy(hasEnded))
        }
        try load.expectNoFailure()
        #expect(site.descriptors(of: site.deployment.masterID).count == descriptors)
    }

    @Test("asked for by many HUPs at once happens once or twice, and costs no caller anything", arguments: [20, 50])
    func burst(count: Int) throws {
        let site = try Site(workers: 4)
        let load = try Load(site)
        let old = site.deployment.workers
        for _ in 0..<count {
            site.deployment.master.send(SIGHUP)
            // Not all in one turn of the kernel, which would merge them.
            usleep(200)
        }
        try eventually(within: 30) { old.allSatisfy(hasEnded) && site.deployment.workers.count == 4 }
        // A second one would begin at once.
        try load.serve(200)
        try site.waitForWorkers(4)
        #expect((1...2).contains(site.logged("reloaded: ")), "\(site.deployment.log)")
        try load.expectNoFailure()
    }

    @Test("asked for by several commands at once answers each when it has happened, and costs no caller anything")
    func commands() throws {
        let site = try Site(workers: 2)
        let load = try Load(site)
        let answers = (0..<10).map { _ in Background { try site.ask(.reload) } }
        for answer in answers {
            let answer = try answer.value()
            #expect(answer.status == 0 && answer.text.hasPrefix("reloaded: 2 of 2 new workers"), "\(answer)")
        }
        #expect((1...3).contains(site.logged("reloaded: ")))
        try load.expectNoFailure()
    }

    @Test("brings changed settings to the new workers; until then the old ones hold")
    func settings() throws {
        let site = try Site(settings: ["DEBRIEF_STATEMENT_TIMEOUT": "25s"])
        try site.lockSessions()
        try site.deployment.change(settings: ["DEBRIEF_STATEMENT_TIMEOUT": "500ms"])
        let before = try site.beginWaiting()
        try eventually(within: 30) {
            let sql = "select count(*) from pg_stat_activity where datname = current_database() and now() - query_start > '1s' and state = 'active'"
            return try site.database.another().value(sql) == "1"
        }
        try site.unlockSessions()
        let answered = before.response()
        #expect(answered.status == 200, "\(answered.text)")

        try site.tell(.reload)
        try site.lockSessions()
        let late = try site.page()
        try site.unlockSessions()
        #expect(late.status == 504 && late.errorCode == "timeout", "\(late.text)")
    }

    @Test("to settings that make no sense is refused with the reason, by HUP and by command, and the old workers serve on")
    func nonsense() throws {
        let site = try Site()
        let load = try Load(site)
        let old = site.deployment.workers
        try site.deployment.change(settings: ["DEBRIEF_WORKERS": "many"])
        site.deployment.master.send(SIGHUP)
        try eventually(within: 30) { site.logged("DEBRIEF_WORKERS") > 0 }
        let refusal = try site.deployment.command("reload")
        #expect(refusal.status == 1 && refusal.errors.contains("DEBRIEF_WORKERS"), "\(refusal)")
        let answer = try site.ask(.reload)
        #expect(answer.status == 1 && answer.text.contains("DEBRIEF_WORKERS") && lines(answer.text).count == 1, "\(answer)")
        #expect(site.deployment.workers == old)

        try site.deployment.change(settings: ["DEBRIEF_WORKERS": "3"])
        try site.tell(.reload)
        #expect(site.deployment.workers.count == 3)
        try load.expectNoFailure()
    }

    @Test("to a role that the database must not be served to is refused with the reason, and the old workers serve on")
    func unfitRole() throws {
        let site = try Site()
        let load = try Load(site)
        let old = site.deployment.workers
        try site.deployment.change(settings: ["DEBRIEF_DATABASE": site.database.conninfo(user: "postgres")])
        let refusal = try site.deployment.command("reload")
        #expect(refusal.status == 1 && lines(refusal.errors).count == 1, "\(refusal)")
        #expect(refusal.errors.contains("is a superuser") && refusal.errors.contains("the old workers serve on"), "\(refusal)")
        #expect(site.logged("is a superuser") > 0)
        try site.deployment.change(settings: ["DEBRIEF_DATABASE": site.database.conninfo(user: "nobody_at_all")])
        #expect(try site.deployment.command("reload").status == 1)
        #expect(site.deployment.workers == old)
        try load.expectNoFailure()
    }

    @Test("in which no process can be made is refused with the reason, and the old workers serve on")
    func noProcess() throws {
        let site = try Site()
        let load = try Load(site)
        let old = site.deployment.workers
        try limit("nproc", 1, of: site)
        let answer = try site.ask(.reload)
        #expect(answer.status == 1 && answer.text.contains("the old workers serve on"), "\(answer)")
        try limit("nproc", nil, of: site)
        #expect(site.deployment.workers == old)
        try site.tell(.reload)
        try load.expectNoFailure()
    }

    @Test("whose new workers cannot all connect is refused with the reason; none of them takes a request from the old")
    func tooFewConnections() throws {
        let site = try Site(workers: 4, settings: ["DEBRIEF_START_TIMEOUT": "1s"])
        // As many as the machine can, so that a connection often finds the old ones busy.
        let load = try Load(site, rate: 100_000)
        let old = site.deployment.workers
        // The role is every database's.
        let room = "alter database \(site.database.name) connection limit"
        try site.database.sql("\(room) 7")
        let answer = try site.ask(.reload)
        #expect(answer.status == 1 && answer.text.contains("ready in time"), "\(answer)")
        // The new ones are asked to leave, and may be at connecting.
        try eventually { site.deployment.workers == old }
        try site.database.sql("\(room) -1")
        // A second is little for four workers on a busy machine.
        try eventually(within: 30) { try site.ask(.reload).status == 0 }
        try load.expectNoFailure()
    }
}
