/// Which Debrief this is.
public enum Version {
    /// By semantic versioning, <https://semver.org>.
    public static let current = "0.1.0"
}
