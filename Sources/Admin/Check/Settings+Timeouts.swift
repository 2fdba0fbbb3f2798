import API

extension Settings {
    /// The order of the limits as a line of `check`. Settings in another order could not have been read.
    public var timeouts: DeploymentCheck {
        let limits = [statementTimeoutMilliseconds, requestTimeoutMilliseconds, nginxReadTimeoutMilliseconds].map(DurationText.text(milliseconds:))
        return DeploymentCheck(name: "timeouts", note: "statement \(limits[0]), request \(limits[1]), nginx's fastcgi_read_timeout \(limits[2])")
    }
}
