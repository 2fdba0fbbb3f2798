import Testing

@testable import Pool

@Suite("Which nginx has the fixes that the site needs")
struct NginxVersionTests {
    /// In a word.
    private func verdict(_ version: NginxVersion) -> String {
        switch version {
        case .absent: "absent"
        case .fixed: "fixed"
        case .outdated: "outdated"
        case .unknown: "unknown"
        }
    }

    @Test(
        "a package of Debian 12 is told by its update, any other by nginx's version, which a distribution may have mended",
        arguments: [
            ("1.22.1-9+deb12u11", "fixed"), ("1.22.1-9+deb12u12", "fixed"), ("1.22.1-9+deb12u100", "fixed"), ("1.22.1-9+deb12u11+b1", "fixed"),
            ("1.22.1-9+deb12u10", "outdated"), ("1.22.1-9+deb12u9", "outdated"), ("1.22.1-9", "outdated"), ("1.22.1-9+deb12u", "outdated"),
            ("1.22.1-9~bpo11+1", "outdated"), ("1.22.1-91", "unknown"), ("1.26.3-3+deb13u2", "unknown"), ("1.24.0-2ubuntu7.5", "unknown"),
            ("1.30.7-1~bookworm", "fixed"), ("1.30.6-1~bookworm", "outdated"), ("1.28.0-1~jammy", "outdated"), ("1.31.4-1~bookworm", "unknown"),
            ("1.31.2-1~bookworm", "outdated"), ("1.30.7-1~bpo12+1", "fixed"), ("1.32.0-1", "fixed"), ("2.0.0-1", "fixed"), ("nonsense", "unknown"),
        ]
    )
    func packages(_ version: String, _ expected: String) {
        #expect(verdict(NginxVersion(package: version)) == expected)
    }

    @Test(
        "an nginx that was built by hand is told by its version alone",
        arguments: [("1.22.1", "outdated"), ("1.30.7", "fixed"), ("1.31.3", "unknown")]
    )
    func builds(_ version: String, _ expected: String) {
        #expect(verdict(NginxVersion(upstream: version, named: nil, isPatched: false)) == expected)
    }

    @Test("what is outdated says what to do")
    func advice() {
        #expect(
            NginxVersion(package: "1.22.1-9+deb12u10").fault
                == """
                1.22.1-9+deb12u10 has known holes; apt-get install --only-upgrade nginx, to 1.22.1-9+deb12u11 or later, and restart nginx
                """
        )
        #expect(NginxVersion(package: "1.22.1-9+deb12u11").fault == nil)
    }
}
