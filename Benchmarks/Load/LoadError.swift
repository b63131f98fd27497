/// What keeps a load from being measured.
enum LoadError: Error, CustomStringConvertible {
    case requestIsNoObject
    case noRequests
    case serverHungUp
    case answerToNoRequest
    case noAnswers(seconds: Int)

    var description: String {
        switch self {
        case .requestIsNoObject: "a line of the requests is no JSON object"
        case .noRequests: "the file holds no requests"
        case .serverHungUp: "the server hung up"
        case .answerToNoRequest: "an answer came that belongs to no request"
        case .noAnswers(let seconds): "no answer came for \(seconds) seconds"
        }
    }
}
