import ArgumentParser

@main
struct Debrief: ParsableCommand {
}
