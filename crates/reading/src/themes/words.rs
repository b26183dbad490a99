//! The words of texts, numbered.

use std::collections::HashMap;

use crate::fold::fold;

/// Words of one text that are read.
const WORDS_MAX: usize = 400;

/// Words that name nothing, and those with which people tell a story whatever it is about. Of
/// English more than of the others: rareness does the rest.
const SMALL: &str = " a an the i my me we our you your it its is are was were be been am \
    do does did have has had to of in on at for with from and or but if not no can could will \
    would should so as by this that there what how why when where which who im ive \
    dont cant about up out get got please help need want know just any some been \
    being than then they them their he she his her him us these those because after before \
    now also never ever even still back again said told asked stated says tell made make made \
    one two three first last other another same every all both each only own very too more most \
    much many time times day days month months year years since until while during under into \
    over through upon without within however therefore although yet again against may might must \
    shall being able anything something nothing everything someone anyone nobody really going go \
    went take took taken give gave given see seen say come came keep kept put let us thing things \
    way like didnt doesnt wasnt isnt wont couldnt havent hasnt didn doesn wasn isn won couldn don \
    finally provided hours understand later actually supposed rest ll ve re dear sir madam thank thanks hello hi regarding stating saying sent received receive \
    here yes mr mrs ms etc per via due per done trying tried using used always already \
    \
    der die das den dem des ein eine einen einem einer und oder aber nicht kein keine ich mir mich \
    mein meine meinen wir uns unser ihr ihre sie er es ist sind war waren wird wurde habe haben hat \
    hatte mit von vom zu zum zur im in am auf an aus bei seit nach noch nur schon auch wie was wann \
    warum dass wenn als so sehr bitte \
    le la les un une des du de et ou mais ne pas plus je me moi mon ma mes nous notre vous votre vos \
    il elle ils ce cette ces est sont etait ai avez ont avait pour par avec sans sur dans depuis que \
    qui quand comment pourquoi tres bien encore \
    el los las una unos y o pero no mi mis me nos nuestro su sus es son era fue he ha han habia para \
    por con sin sobre en desde que cuando como muy ya aun del al lo se \
    il lo gli i un uno una e ed o ma non mio mia miei mi ci nostro suo sono era ho hai abbiamo hanno \
    per con senza su nel nella dal dalla da di che chi quando come molto ancora del della \
    os as um uma e ou mas nao meu minha nos nosso seu sua sao foi tem tenho para por com sem em no \
    na do da dos das que quando muito ainda ja \
    het een en of maar niet geen ik mij mijn wij ons onze u uw zijn is was waren heb heeft had met van \
    voor op aan uit bij sinds naar nog ook al hoe wat wanneer waarom dat die dit er te om zo heel ";

/// Texts as numbers of words.
pub(super) struct Words {
    pub names: Vec<String>,
    /// As it was written first, in small letters: `Mahngebühr` is told with its two dots.
    pub shown: Vec<String>,
    /// Texts in which a word stands.
    pub seen: Vec<u32>,
    pub texts: Vec<Vec<u32>>,
}

impl Words {
    pub(super) fn count<'t>(texts: impl Iterator<Item = &'t str>) -> Words {
        let mut index: HashMap<String, u32> = HashMap::new();
        let mut words =
            Words { names: Vec::new(), shown: Vec::new(), seen: Vec::new(), texts: Vec::new() };
        for text in texts {
            let folded = fold(text);
            let mut of = Vec::new();
            for token in folded.tokens.iter().filter(|t| t.is_word()).take(WORDS_MAX) {
                let word = folded.word(token);
                if !says_something(word) {
                    continue;
                }
                let id = match index.get(word) {
                    Some(&id) => id,
                    None => {
                        let id = words.names.len() as u32;
                        index.insert(word.to_owned(), id);
                        words.names.push(word.to_owned());
                        words.shown.push(text[token.span()].to_lowercase());
                        words.seen.push(0);
                        id
                    }
                };
                of.push(id);
            }
            let mut once = of.clone();
            once.sort_unstable();
            once.dedup();
            once.iter().for_each(|&id| words.seen[id as usize] += 1);
            words.texts.push(of);
        }
        words
    }

    /// Whether each word is too small to name anything.
    pub(super) fn small(&self) -> Vec<bool> {
        let small: std::collections::HashSet<&str> = SMALL.split_whitespace().collect();
        let is_small = |name: &String| {
            let bare: String = name.chars().filter(|c| c.is_alphanumeric()).collect();
            bare.chars().count() < 3 || small.contains(bare.as_str())
        };
        self.names.iter().map(is_small).collect()
    }

    /// How rare a word is among all texts, at least 0.
    pub(super) fn rare(&self, word: usize) -> f32 {
        (self.texts.len() as f32 / self.seen[word].max(1) as f32).ln().max(0.0)
    }
}

/// Whether a word can name something: a number cannot, nor can `XXXX`, by which names are blacked
/// out.
fn says_something(word: &str) -> bool {
    let mut letters = word.chars();
    let first = letters.next();
    word.contains(char::is_alphabetic) && letters.any(|letter| Some(letter) != first)
}
