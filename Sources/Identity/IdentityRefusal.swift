package import Vocabulary

/// Every "no" of signing in, signing up and keeping users. Field errors of forms are
/// `FieldRefusal`s.
package enum IdentityRefusal: Refusal, Hashable {
    /// The one answer for an unknown e-mail, a wrong password, a switched-off user and a
    /// non-member.
    case wrongEmailOrPassword
    /// No session or token, or one that expired, was revoked, or belongs to another company's
    /// address.
    case notSignedIn
    /// Too many failed attempts; the same for an e-mail that nobody has.
    case tooManyAttempts(retryAfter_s: Int)
    /// More passwords are being checked than we allow at once.
    case busy
    case signUpIsClosed
    /// Every cell is full. The operator is told in the log.
    case noRoom

    package var status: Int {
        switch self {
        case .wrongEmailOrPassword: 400
        case .notSignedIn: 401
        case .tooManyAttempts: 429
        case .busy, .noRoom: 503
        case .signUpIsClosed: 403
        }
    }

    package var code: String {
        switch self {
        case .wrongEmailOrPassword: "WrongEmailOrPassword"
        case .notSignedIn: "NotSignedIn"
        case .tooManyAttempts: "TooManyAttempts"
        case .busy: "Busy"
        case .signUpIsClosed: "SignUpIsClosed"
        case .noRoom: "NoRoom"
        }
    }

    package var path: String { self == .wrongEmailOrPassword ? "password" : "" }

    /// What the header Retry-After says.
    package var retryAfter_s: Int? {
        switch self {
        case .tooManyAttempts(let seconds): seconds
        case .busy: 2
        case .noRoom: 3_600
        default: nil
        }
    }

    package var detail: Text {
        switch self {
        case .wrongEmailOrPassword:
            Text(ru: "Неверный e-mail или пароль.", en: "Wrong e-mail or password.")
        case .notSignedIn: Text(ru: "Войдите в систему.", en: "Sign in first.")
        case .tooManyAttempts(let seconds):
            Text(
                ru: "Слишком много попыток. Повторите через \(minutes(seconds)) мин.",
                en: "Too many attempts. Try again in \(minutes(seconds)) min.")
        case .busy:
            Text(
                ru: "Сервер занят, повторите через пару секунд.", en: "Busy, try again in a moment."
            )
        case .signUpIsClosed:
            Text(
                ru: "Регистрация новых компаний закрыта.", en: "New companies cannot sign up here.")
        case .noRoom:
            Text(
                ru: "Сейчас нет мест для новых компаний. Попробуйте позже.",
                en: "There is no room for new companies just now. Try again later.")
        }
    }

    private func minutes(_ seconds: Int) -> Int { max(1, (seconds + 59) / 60) }
}
