//! Precision and recall of personal data on 504 texts in seven languages: sentences written for
//! this set, filled with numbers that are real by their check digits and belong to nobody, and
//! with numbers that only look like it.
//!
//! Labelled is every card, account, address, telephone, secret and national number of a person.
//! Not labelled are numbers of orders, parcels, invoices, amounts, dates, and numbers whose check
//! fails.

use reading::find_personal_data;

const CARRIERS: [(&str, [&str; 7]); 6] = [
    (
        "card",
        [
            "My card is {} and it was charged twice.",
            "Meine Karte {} wurde zweimal belastet.",
            "Ma carte {} a été débitée deux fois.",
            "Mi tarjeta {} fue cobrada dos veces.",
            "La mia carta {} è stata addebitata due volte.",
            "O meu cartão {} foi debitado duas vezes.",
            "Mijn kaart {} is twee keer belast.",
        ],
    ),
    (
        "iban",
        [
            "Please refund to {}, thank you.",
            "Bitte überweisen Sie auf {}, danke.",
            "Merci de rembourser sur {}, cordialement.",
            "Devuelvan el dinero a {}, gracias.",
            "Rimborsate su {}, grazie.",
            "Reembolsem para {}, obrigado.",
            "Graag terugbetalen op {}, bedankt.",
        ],
    ),
    (
        "email",
        [
            "Write to me at {}.",
            "Schreiben Sie mir an {}.",
            "Écrivez-moi à {}.",
            "Escríbanme a {}.",
            "Scrivetemi a {}.",
            "Escrevam para {}.",
            "Mail mij op {}.",
        ],
    ),
    (
        "phone",
        [
            "Call me on {} after five.",
            "Rufen Sie mich unter {} an.",
            "Appelez-moi au {} après 17 h.",
            "Llámenme al {} por la tarde.",
            "Chiamatemi al {} dopo le cinque.",
            "Liguem-me para {} depois das cinco.",
            "Bel mij op {} na vijf uur.",
        ],
    ),
    (
        "secret",
        [
            "my password is {} and it still fails",
            "mein Passwort ist {} und es geht nicht",
            "mon mot de passe est {} et ça ne marche pas",
            "mi contraseña es {} y no funciona",
            "la mia password è {} e non funziona",
            "a minha senha é {} e não funciona",
            "mijn wachtwoord is {} en het werkt niet",
        ],
    ),
    (
        "national_id",
        [
            "My social security number is {}.",
            "Meine Steuer-ID lautet {}.",
            "Mon numéro de sécurité sociale : {}.",
            "Mi DNI es {}.",
            "Il mio codice fiscale è {}.",
            "O meu NIF é {}.",
            "Mijn BSN is {}.",
        ],
    ),
];

const VALUES: [(&str, [&str; 8]); 5] = [
    (
        "card",
        [
            "4111 1111 1111 1111",
            "5555555555554444",
            "4012-8888-8888-1881",
            "378282246310005",
            "6011 1111 1111 1117",
            "5105105105105100",
            "4222 2222 2222 2",
            "3714 496353 98431",
        ],
    ),
    (
        "iban",
        [
            "DE89 3704 0044 0532 0130 00",
            "GB82WEST12345698765432",
            "FR14 2004 1010 0505 0001 3M02 606",
            "ES9121000418450200051332",
            "IT60 X054 2811 1010 0000 0123 456",
            "PT50000201231234567890154",
            "NL91 ABNA 0417 1643 00",
            "CH93 0076 2011 6238 5295 7",
        ],
    ),
    (
        "email",
        [
            "ann@example.com",
            "j.o'brien+shop@mail.example.co.uk",
            "maria_luz@correo.example.es",
            "k-weber99@firma.example.de",
            "PAUL.DUPONT@EXAMPLE.FR",
            "info@bücher.example.com",
            "a1@b2.example.org",
            "x.y.z@sub.domain.example.net",
        ],
    ),
    (
        "phone",
        [
            "+44 20 7946 0958",
            "0171 2345678",
            "06 12 34 56 78",
            "+34 612 345 678",
            "333 123 4567",
            "+351 912 345 678",
            "(555) 013-4477",
            "0031 6 12345678",
        ],
    ),
    (
        "secret",
        [
            "hunter2!x",
            "Sommer2026",
            "p4ssw0rd",
            "Tr0ub4dor&3",
            "abc12345",
            "qwe-987-rty",
            "9x9x9x",
            "K8#mm2",
        ],
    ),
];

/// National numbers belong to their language.
const NATIONAL: [[&str; 3]; 7] = [
    ["536-22-8145", "219-09-9999", "457-55-5462"],
    ["86095742719", "47036892816", "65929970489"],
    ["255081416802538", "1 85 05 78 006 084 91", "2 69 05 49 588 157 80"],
    ["12345678Z", "X1234567L", "00000014Z"],
    ["RSSMRA85T10A562S", "BNCGNN70A01F205U", "VRDLGU80A01H501Q"],
    ["123456789", "501442600", "245 244 166"],
    ["111222333", "123456782", "260613502"],
];

/// Sentences with numbers that are nobody's, in seven languages.
const HARMLESS: [[&str; 7]; 20] = [
    [
        "Order 20260114 is late.",
        "Bestellung 20260114 fehlt.",
        "Commande 20260114 en retard.",
        "El pedido 20260114 no llega.",
        "Ordine 20260114 in ritardo.",
        "Encomenda 20260114 atrasada.",
        "Bestelling 20260114 is te laat.",
    ],
    [
        "It cost 1,299.00 dollars.",
        "Es kostete 1.299,00 Euro.",
        "Cela a coûté 1 299,00 euros.",
        "Costó 1.299,00 euros.",
        "È costato 1.299,00 euro.",
        "Custou 1.299,00 euros.",
        "Het kostte 1.299,00 euro.",
    ],
    [
        "Since 12/05/2026 nothing works.",
        "Seit dem 12.05.2026 geht nichts.",
        "Depuis le 12/05/2026 rien.",
        "Desde el 12/05/2026 nada.",
        "Dal 12/05/2026 niente.",
        "Desde 12/05/2026 nada.",
        "Sinds 12-05-2026 werkt niets.",
    ],
    [
        "Parcel 00340434161094042557 is lost.",
        "Paket 00340434161094042557 ist weg.",
        "Colis 00340434161094042557 perdu.",
        "Paquete 00340434161094042557 perdido.",
        "Pacco 00340434161094042557 perso.",
        "Pacote 00340434161094042557 perdido.",
        "Pakket 00340434161094042557 is kwijt.",
    ],
    [
        "Card ending 4242 was declined.",
        "Karte mit 4242 am Ende abgelehnt.",
        "Carte finissant par 4242 refusée.",
        "Tarjeta terminada en 4242 rechazada.",
        "Carta che finisce con 4242 rifiutata.",
        "Cartão terminado em 4242 recusado.",
        "Kaart eindigend op 4242 geweigerd.",
    ],
    [
        "Invoice 2026-000481 is wrong.",
        "Rechnung 2026-000481 ist falsch.",
        "Facture 2026-000481 fausse.",
        "Factura 2026-000481 incorrecta.",
        "Fattura 2026-000481 sbagliata.",
        "Fatura 2026-000481 errada.",
        "Factuur 2026-000481 klopt niet.",
    ],
    [
        "Number 4111 1111 1111 1112 is not a card.",
        "Nummer 4111 1111 1111 1112 ist keine Karte.",
        "4111 1111 1111 1112 n'est pas une carte.",
        "4111 1111 1111 1112 no es tarjeta.",
        "4111 1111 1111 1112 non è una carta.",
        "4111 1111 1111 1112 não é cartão.",
        "4111 1111 1111 1112 is geen kaart.",
    ],
    [
        "Flight BA2490 at 14:30 was cancelled.",
        "Flug LH2490 um 14:30 fiel aus.",
        "Vol AF2490 à 14:30 annulé.",
        "Vuelo IB2490 a las 14:30 cancelado.",
        "Volo AZ2490 alle 14:30 cancellato.",
        "Voo TP2490 às 14:30 cancelado.",
        "Vlucht KL2490 om 14:30 geannuleerd.",
    ],
    [
        "I forgot my password and cannot sign in.",
        "Ich habe mein Passwort vergessen.",
        "J'ai oublié mon mot de passe.",
        "Olvidé mi contraseña.",
        "Ho dimenticato la password.",
        "Esqueci a minha senha.",
        "Ik ben mijn wachtwoord vergeten.",
    ],
    [
        "The meter shows 0048213 today.",
        "Der Zähler zeigt 0048213.",
        "Le compteur indique 0048213.",
        "El contador marca 0048213.",
        "Il contatore segna 0048213.",
        "O contador marca 0048213.",
        "De meter geeft 0048213 aan.",
    ],
    [
        "We waited 45 minutes and 3 days.",
        "Wir warteten 45 Minuten und 3 Tage.",
        "45 minutes puis 3 jours d'attente.",
        "Esperamos 45 minutos y 3 días.",
        "Attesa di 45 minuti e 3 giorni.",
        "Esperámos 45 minutos e 3 dias.",
        "We wachtten 45 minuten en 3 dagen.",
    ],
    [
        "@shop fix it now @help",
        "@laden bitte helfen @hilfe",
        "@magasin aidez-moi @aide",
        "@tienda ayuda @soporte",
        "@negozio aiuto @assistenza",
        "@loja ajuda @apoio",
        "@winkel help @hulp",
    ],
    [
        "Version 10.2.114.3 crashes.",
        "Version 10.2.114.3 stürzt ab.",
        "La version 10.2.114.3 plante.",
        "La versión 10.2.114.3 falla.",
        "La versione 10.2.114.3 si blocca.",
        "A versão 10.2.114.3 falha.",
        "Versie 10.2.114.3 crasht.",
    ],
    [
        "IMEI 490154203237519 is locked.",
        "IMEI 490154203237519 gesperrt.",
        "IMEI 490154203237519 bloqué.",
        "IMEI 490154203237519 bloqueado.",
        "IMEI 490154203237519 bloccato.",
        "IMEI 490154203237519 bloqueado.",
        "IMEI 490154203237519 geblokkeerd.",
    ],
    [
        "Reference AB12-99817-X please.",
        "Zeichen AB12-99817-X bitte.",
        "Référence AB12-99817-X svp.",
        "Referencia AB12-99817-X por favor.",
        "Riferimento AB12-99817-X grazie.",
        "Referência AB12-99817-X por favor.",
        "Kenmerk AB12-99817-X graag.",
    ],
    [
        "Between 2019 and 2026 I paid 84 times.",
        "Von 2019 bis 2026 zahlte ich 84 Mal.",
        "De 2019 à 2026 j'ai payé 84 fois.",
        "De 2019 a 2026 pagué 84 veces.",
        "Dal 2019 al 2026 ho pagato 84 volte.",
        "De 2019 a 2026 paguei 84 vezes.",
        "Van 2019 tot 2026 betaalde ik 84 keer.",
    ],
    [
        "Contract 7788990011 ended.",
        "Vertrag 7788990011 endete.",
        "Contrat 7788990011 terminé.",
        "Contrato 7788990011 terminado.",
        "Contratto 7788990011 finito.",
        "Contrato 7788990011 terminado.",
        "Contract 7788990011 liep af.",
    ],
    [
        "Article 600123 in size 42.",
        "Artikel 600123 in Größe 42.",
        "Article 600123 taille 42.",
        "Artículo 600123 talla 42.",
        "Articolo 600123 taglia 42.",
        "Artigo 600123 tamanho 42.",
        "Artikel 600123 maat 42.",
    ],
    [
        "See http://shop.example/o/8812345678",
        "Siehe http://shop.example/o/8812345678",
        "Voir http://shop.example/o/8812345678",
        "Ver http://shop.example/o/8812345678",
        "Vedi http://shop.example/o/8812345678",
        "Ver http://shop.example/o/8812345678",
        "Zie http://shop.example/o/8812345678",
    ],
    [
        "DE88 3704 0044 0532 0130 00 is wrong.",
        "DE88 3704 0044 0532 0130 00 ist falsch.",
        "DE88 3704 0044 0532 0130 00 est faux.",
        "DE88 3704 0044 0532 0130 00 es falso.",
        "DE88 3704 0044 0532 0130 00 è errato.",
        "DE88 3704 0044 0532 0130 00 está errado.",
        "DE88 3704 0044 0532 0130 00 is fout.",
    ],
];

/// Each text with the kind and the words that are personal in it, if any.
fn set() -> Vec<(String, Option<(&'static str, &'static str)>)> {
    let mut set = Vec::new();
    for (kind, sentences) in CARRIERS {
        let values = VALUES.iter().find(|(k, _)| *k == kind).map(|(_, v)| v);
        for (language, sentence) in sentences.iter().enumerate() {
            let of: &[&'static str] = match values {
                Some(values) => values,
                None => &NATIONAL[language],
            };
            let filled = of.iter().map(|v| (sentence.replace("{}", v), Some((kind, *v))));
            set.extend(filled);
        }
    }
    set.extend(HARMLESS.iter().flatten().map(|text| ((*text).to_owned(), None)));
    for n in 0..63 {
        let text = format!("Ticket {n}: box {} of {}", 100_000 + n * 37, 2_000 + n);
        set.push((text, None));
    }
    set
}

#[test]
fn personal_data_is_found_and_little_else() {
    let set = set();
    assert_eq!(set.len(), 504);
    let (mut right, mut wrong, mut missed) = (0u32, Vec::new(), Vec::new());
    for (text, expected) in &set {
        let mut hit = false;
        for data in find_personal_data(text) {
            let found = (data.kind.word(), &text[data.span]);
            if Some(found) == *expected {
                hit = true;
                right += 1;
            } else {
                wrong.push(format!("{found:?} in {text}"));
            }
        }
        if expected.is_some() && !hit {
            missed.push(text.as_str());
        }
    }
    let precision = f64::from(right) / f64::from(right + wrong.len() as u32);
    let recall = f64::from(right) / f64::from(right + missed.len() as u32);
    println!("precision {precision:.4}, recall {recall:.4} on {} texts", set.len());
    assert!(precision >= 0.98, "precision {precision}: {wrong:#?}");
    assert!(recall >= 0.95, "recall {recall}: {missed:#?}");
}
