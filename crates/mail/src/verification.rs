//! Mail by which other services let the owner of an address prove it.
//!
//! A help desk's mailbox is an address too: whoever can read such a mail in a case can sign up
//! elsewhere in the company's name (the "ticket trick"). Such mail is held back from every
//! view of customers and from automatic forwarding until a person looks.

use std::sync::LazyLock;

use regex::{Regex, RegexSet};

use crate::parsed::Parsed;

/// How much of a text is looked at, in bytes.
const LOOKED_AT: usize = 8 * 1024;

/// How staff are told that a mail is held, behind why it is.
pub const HELD_SAYS: &str = "It is held here, so that nobody outside sees it before you do.";

/// Why a mail must be held, or `None`.
///
/// Needs both: words of verification in any of a dozen languages, and a code or a link to act
/// on. A customer who writes about a code that never came has the words but rarely the code.
pub fn held_because(parsed: &Parsed) -> Option<&'static str> {
    let text = &parsed.text[..parsed.text.floor_char_boundary(LOOKED_AT)];
    let words = WORDS.is_match(&parsed.subject) || WORDS.is_match(text);
    if !words {
        return None;
    }
    if CODE.is_match(text) || CODE.is_match(&parsed.subject) {
        return Some("It carries a code by which an account can be taken.");
    }
    let html = parsed.html.as_deref().unwrap_or("");
    let html = &html[..html.floor_char_boundary(16 * LOOKED_AT)];
    let linked = LINK.is_match(text) || LINK.is_match(html);
    linked.then_some("It carries a link by which an account can be taken.")
}

static WORDS: LazyLock<RegexSet> = LazyLock::new(|| {
    RegexSet::new([
        r"(?i)(?:verif(?:y|ication)|confirm(?:ation)?|activat(?:e|ion)|security|login|log-in|sign[- ]?in|one[- ]time|access) (?:your )?(?:e-?mail|address|account|code|link|pass(?:word|code)|pin)",
        r"(?i)(?:reset|change|set|create) (?:your |a new )?password|magic link|you(?:'ve| have) been invited to|join .{1,60} on slack|two-factor|2fa|\botp\b",
        r"(?i)bestätigungs(?:code|link|mail)|bestätigen sie ihre|e-mail-adresse bestätigen|passwort (?:zurücksetzen|vergessen)|sicherheitscode|anmeldecode|einmal(?:code|passwort)",
        r"(?i)code de (?:vérification|sécurité|confirmation)|confirme[rz] votre (?:adresse|compte|e-?mail)|réinitialis(?:er|ation) .{0,20}mot de passe",
        r"(?i)código de (?:verificación|verificação|seguridad|segurança|confirma)|(?:confirma|verifica) tu (?:correo|cuenta)|restablecer .{0,20}contraseña|redefinir .{0,20}senha",
        r"(?i)codice di (?:verifica|sicurezza|conferma)|conferma (?:il tuo|la tua)|reimposta .{0,20}password",
        r"(?i)verificatiecode|bevestigingscode|bevestig je|wachtwoord (?:herstellen|opnieuw)",
        r"(?i)bekräfta din|verifieringskod|bekræft din|bekreftelseskode|vahvistuskoodi",
        r"(?i)kod (?:weryfikacyjny|potwierdzenia)|potwierdź swój|resetowanie hasła|ověřovací kód|ellenőrző kód",
        r"(?i)код подтверждения|подтвердите (?:адрес|почту|аккаунт)|сброс пароля|код підтвердження|doğrulama kodu",
        r"認証コード|確認コード|メールアドレスの確認|パスワードの再設定|验证码|驗證碼|重置密码|인증 ?(?:번호|코드)|רמז אימות|קוד אימות|رمز التحقق",
    ])
    .expect("fixed patterns")
});

/// A code alone on its line or after a colon: digits in a group or two, or mixed capitals.
static CODE: LazyLock<Regex> = LazyLock::new(|| {
    let code = r"(?m)(?:^|[:：是]|\bis\b|\bist\b|\best\b|\bes\b|\bè\b|G-)\s*[*_]*(?:\d{4,8}|\d{3}[ -]\d{3}|[A-Z0-9]{3,4}-[A-Z0-9]{3,4})[*_]*\s*[.。]?\s*$|\b\d{6}\b";
    Regex::new(code).expect("a fixed pattern")
});

/// A link whose address says what it does, or carries a long secret.
static LINK: LazyLock<Regex> = LazyLock::new(|| {
    let link = r#"(?i)https?://[^\s"'<>]{0,200}(?:verif|confirm|activat|reset|invite|signup|magic|token|[?&](?:code|key|t)=|[a-z0-9_-]{32,})"#;
    Regex::new(link).expect("a fixed pattern")
});
