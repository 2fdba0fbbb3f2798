import Foundation
import Support

/// An nginx without workers, and a folder of documents that is its own.
final class DocumentSite {
    /// The folder, empty to begin with.
    let documents: String
    let client: Client
    private let nginx: ChildProcess

    /// - Parameter addressRate: requests a second for an address; 0 is no limit.
    init(addressRate: Int = 0) throws {
        let home = Run.makeFolder("docs", for: .nginx)
        documents = Run.makeFolder("www", for: .invoker)
        var site = NginxSite()
        site.documents = documents
        site.addressRate = addressRate
        try site.render(into: home, listen: "unix:\(home)/http.sock", socket: "unix:\(home)/debrief.sock", folder: home)
        nginx = try ChildProcess(
            ["/usr/sbin/nginx", "-p", "\(home)/", "-e", "stderr", "-c", "\(home)/nginx.conf"],
            as: .nginx,
            output: "\(home)/nginx.out"
        )
        let client = Client(socket: "\(home)/http.sock")
        self.client = client
        try eventually { (try? client.send(Call("/nothing")).status) == 404 }
    }

    deinit {
        nginx.send(SIGTERM)
        _ = nginx.wait(seconds: 5)
    }
}
