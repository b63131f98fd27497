import Foundation
import Testing

/// The files in `docker/` that start the program, held against the program.
struct DeploymentTests {
    @Test(arguments: DeploymentFile.names)
    func `every option that is used exists`(name: String) async throws {
        let options = try DeploymentFile(name).options
        #expect(!options.isEmpty)
        let help = try await Eventauth.run("serve", "--help").text
        let known = Set(help.matches(of: /--([a-z-]+)/).map { String($0.output.1) })
        #expect(options.subtracting(known) == [])
    }

    @Test
    func `every metric to watch exists`() throws {
        let docs = projectFolder.appending(path: "docs")
        let operating = try String(contentsOf: docs.appending(path: "OPERATING.md"), encoding: .utf8)
        let metrics = try String(contentsOf: docs.appending(path: "METRICS.md"), encoding: .utf8)
        let names = operating.matches(of: /`[^`]*?(eventauth_[a-z_]+)/).map { String($0.output.1) }
        #expect(names.count > 5)
        for name in names { #expect(metrics.contains("| `\(name.replacing("_bucket", with: ""))` |"), "\(name)") }
    }

    @Test
    func `copies on Kubernetes start with what they are given, and have the time to end that they may take`()
        async throws
    {
        let documents = try await DeploymentFile("kubernetes.yaml").documents()
        var environment = try value("data", in: try #require(documents.first), as: [String: String].self)
        let deployment = try #require(documents.first { $0["kind"] as? String == "Deployment" })
        let pod = try value("spec.template.spec", in: deployment, as: [String: Any].self)
        let wait = try #require(environment["EVENTAUTH_DRAIN_WAIT"].flatMap { Int($0) })
        let drain = try #require(environment["EVENTAUTH_DRAIN_TIMEOUT"].flatMap { Int($0) })
        #expect(wait + drain + 5 <= (try value("terminationGracePeriodSeconds", in: pod)))
        let period: Int = try value("containers.0.readinessProbe.periodSeconds", in: pod)
        let failures: Int = try value("containers.0.readinessProbe.failureThreshold", in: pod)
        #expect(period * failures < wait)
        #expect(try value("enableServiceLinks", in: pod) == false)
        #expect(try value("containers.0.readinessProbe.httpGet.path", in: pod) == "/health/ready")
        #expect(try value("containers.0.livenessProbe.httpGet.path", in: pod) == "/health/live")
        #expect(try value("containers.0.args", in: pod) == ["serve"])
        #expect(try value("initContainers.0.args", in: pod) == ["migrate"])

        let labels: [String: String] = try value("spec.template.metadata.labels", in: deployment)
        for (kind, path) in [
            ("Deployment", "spec.selector.matchLabels"), ("Service", "spec.selector"),
            ("PodDisruptionBudget", "spec.selector.matchLabels"), ("NetworkPolicy", "spec.podSelector.matchLabels"),
        ] {
            let document = try #require(documents.first { $0["kind"] as? String == kind })
            #expect(try value(path, in: document) == labels, "\(kind)")
        }

        let folder = try TemporaryFolder()
        let credentials = folder.path("credentials")
        let token = try await Eventauth.run(
            ["token", "create", "--file", credentials, "--name", "prometheus", "--role", "check"]
        ).text.trimmingCharacters(in: .newlines)
        environment["EVENTAUTH_CREDENTIALS"] = credentials
        // The command line has the listeners of the test.
        environment["EVENTAUTH_LISTEN"] = nil
        environment["EVENTAUTH_DRAIN_WAIT"] = nil
        let server = try await RunningEventauth(["--listen", "tcp:127.0.0.1:0"], environment: environment)
        let url = "http://127.0.0.1:\(try #require(server.tcpPort))/metrics"
        let page = try await run("curl", "-s", "-H", "Authorization: Bearer \(token)", url, in: folder)
        #expect(page.contains("\neventauth_connections "))
        server.terminate()
        #expect(try await server.status() == 0)
    }

    @Test
    func `copies in containers have the time to end that they may take`() async throws {
        let compose = try #require(try await DeploymentFile("compose.yaml").documents().first)
        let wait: String = try value("services.eventauth.environment.EVENTAUTH_DRAIN_WAIT", in: compose)
        let grace: String = try value("services.eventauth.stop_grace_period", in: compose)
        // The drain timeout is ten seconds where nothing else is said.
        #expect(try #require(Int(wait)) + 10 + 5 <= (try #require(Int(grace.dropLast()))))
    }

    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/usr/bin/systemd-analyze"), "systemd is not installed"))
    func `systemd takes the unit as it is`() async throws {
        let folder = try TemporaryFolder()
        // It looks whether the program is there.
        let unit = try DeploymentFile("eventauth.service").text.replacing("/usr/local/bin/eventauth", with: "/bin/true")
        let path = try folder.file("eventauth.service", Array(unit.utf8))
        try await run("systemd-analyze", "verify", path, in: folder)
        let stop = try #require(unit.firstMatch(of: /TimeoutStopSec=(\d+)/)?.output.1)
        let drain = try #require(unit.firstMatch(of: /--drain-timeout (\d+)/)?.output.1)
        #expect(try #require(Int(drain)) + 5 <= (try #require(Int(stop))))
    }
}
