//! What the name of a column says about it, in the languages of common exports.

use crate::import::mapping::Field;

/// Names by field, folded: lower case letters and digits only. The first that a file has wins.
const NAMES: &[(Field, &[&str])] = &[
    (
        Field::Text,
        &[
            "text",
            "message",
            "body",
            "description",
            "content",
            "comment",
            "comments",
            "review",
            "reviewtext",
            "reviewbody",
            "complaint",
            "consumercomplaintnarrative",
            "narrative",
            "complaintwhathappened",
            "feedback",
            "verbatim",
            "tweet",
            "post",
            "details",
            "words",
            "nachricht",
            "beschreibung",
            "inhalt",
            "kommentar",
            "beschwerde",
            "bewertungstext",
            "texte",
            "commentaire",
            "message1",
            "avis",
            "reclamation",
            "texto",
            "mensaje",
            "comentario",
            "queja",
            "testo",
            "messaggio",
            "commento",
            "reclamo",
            "mensagem",
            "reclamacao",
            "bericht",
            "klacht",
            "tekst",
            "melding",
        ],
    ),
    (
        Field::Subject,
        &[
            "subject",
            "title",
            "summary",
            "headline",
            "reviewtitle",
            "betreff",
            "titel",
            "objet",
            "titre",
            "asunto",
            "titulo",
            "oggetto",
            "titolo",
            "assunto",
            "onderwerp",
            "emne",
        ],
    ),
    (
        Field::Id,
        &[
            "id",
            "externalid",
            "complaintid",
            "ticketid",
            "ticketnumber",
            "caseid",
            "casenumber",
            "reviewid",
            "tweetid",
            "postid",
            "messageid",
            "conversationid",
            "uuid",
            "key",
            "vorgangsnummer",
            "ticketnr",
            "numero",
        ],
    ),
    (
        Field::Name,
        &[
            "name",
            "customername",
            "customer",
            "author",
            "authorname",
            "fullname",
            "requester",
            "requestername",
            "reviewer",
            "contactname",
            "from",
            "sender",
            "kunde",
            "kundenname",
            "absender",
            "nom",
            "client",
            "nombre",
            "cliente",
            "nome",
            "naam",
            "klant",
            "navn",
        ],
    ),
    (
        Field::Email,
        &[
            "email",
            "emailaddress",
            "mail",
            "customeremail",
            "requesteremail",
            "authoremail",
            "fromemail",
            "contactemail",
            "mailadresse",
            "emailadresse",
            "courriel",
            "correo",
            "correoelectronico",
            "epost",
        ],
    ),
    (
        Field::Phone,
        &[
            "phone",
            "phonenumber",
            "telephone",
            "mobile",
            "customerphone",
            "telefon",
            "telefonnummer",
            "handynummer",
            "telephonenumber",
            "telefono",
            "telefone",
            "telefoon",
        ],
    ),
    (Field::Handle, &["handle", "screenname", "username", "authorhandle", "nickname", "user"]),
    (
        Field::Reference,
        &[
            "reference",
            "customerid",
            "customernumber",
            "accountnumber",
            "kundennummer",
            "numeroclient",
            "contractnumber",
            "authorid",
        ],
    ),
    (
        Field::SaidAt,
        &[
            "saidat",
            "date",
            "datereceived",
            "createdat",
            "created",
            "createddate",
            "timestamp",
            "time",
            "datetime",
            "receivedat",
            "submittedat",
            "reviewdate",
            "postedat",
            "publishedat",
            "tweetcreated",
            "opened",
            "openedat",
            "datum",
            "erstelltam",
            "erstellt",
            "eingang",
            "fecha",
            "data",
            "dato",
        ],
    ),
    (
        Field::ClosedAt,
        &["closedat", "closed", "solvedat", "resolvedat", "dateclosed", "geschlossenam"],
    ),
    (Field::Status, &["status", "state", "ticketstatus", "zustand", "statut", "estado", "stato"]),
    (
        Field::Rating,
        &[
            "rating",
            "stars",
            "score",
            "starrating",
            "overallrating",
            "bewertung",
            "sterne",
            "note",
            "calificacion",
            "valutazione",
            "nota",
            "beoordeling",
        ],
    ),
    (Field::Kind, &["kind", "type", "tickettype", "category", "art"]),
    (Field::Channel, &["channel", "via", "submittedvia", "medium", "kanal", "canal"]),
    (Field::Source, &["source", "platform", "site", "network", "quelle", "plattform", "fuente"]),
    (Field::Url, &["url", "link", "permalink", "reviewurl", "posturl"]),
    (Field::Language, &["language", "lang", "locale", "sprache", "langue", "idioma"]),
    (Field::Reach, &["reach", "followers", "followercount", "followerscount", "audience"]),
];

/// Folds a column's name: accents off, lower case, only letters and digits.
pub(crate) fn folded(name: &str) -> String {
    store::search::fold(name).chars().filter(|c| !c.is_whitespace()).collect()
}

/// The columns that name a field, best first: exactly named ones in the order of the list.
pub(crate) fn named(columns: &[String], field: Field) -> Vec<usize> {
    let folded: Vec<String> = columns.iter().map(|column| self::folded(column)).collect();
    let names = NAMES.iter().find(|(known, _)| *known == field).map_or(&[][..], |(_, n)| *n);
    let places = names.iter().filter_map(|name| folded.iter().position(|column| column == name));
    places.collect()
}

/// Whether any field knows this column's name.
pub(crate) fn is_known(name: &str) -> bool {
    let name = folded(name);
    NAMES.iter().any(|(_, names)| names.contains(&name.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_known_however_it_is_written() {
        let columns = ["Complaint ID", "Date-Received", "Consumer complaint narrative", "Prénom"];
        let columns = columns.map(str::to_owned);
        assert_eq!(named(&columns, Field::Id), [0]);
        assert_eq!(named(&columns, Field::SaidAt), [1]);
        assert_eq!(named(&columns, Field::Text), [2]);
        assert!(named(&columns, Field::Name).is_empty());
        assert!(is_known("E-Mail"));
        assert!(!is_known("Yes, it was cold"));
    }
}
