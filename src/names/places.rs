//! Words that say where a firm is: names of countries, as firms' names have them.

use std::sync::LazyLock;

use foldhash::fast::RandomState;
use hashbrown::HashSet;

/// Whether a word is the name of a country, or as good as one: many firms have it, few are called by it.
pub fn is_country_word(text: &[u8]) -> bool {
    COUNTRIES.contains(text)
}

static COUNTRIES: LazyLock<HashSet<&[u8], RandomState>> = LazyLock::new(|| set(WORDS));

/// Words of a row, to be found at one look: names of firms ask for each of their words.
pub(super) fn set(words: &'static str) -> HashSet<&'static [u8], RandomState> {
    words.split_ascii_whitespace().map(str::as_bytes).collect()
}

/// In English and in some languages of their own, of one word each.
const WORDS: &str = " afghanistan africa albania algeria algerie america andorra angola arabia argentina \
    armenia asia australia austria azerbaijan bahamas bahrain bangladesh barbados belarus belgie belgique \
    belgium belize benin bhutan bolivia bosnia botswana brasil brazil britain brunei bulgaria burundi \
    cambodia cameroon canada chad chile china colombia comoros congo croatia cuba cyprus czechia danmark \
    denmark deutschland djibouti ecuador egypt emirates england eritrea espana estonia ethiopia europe \
    fiji finland france gabon gambia georgia germany ghana greece grenada guatemala guinea guyana haiti \
    hellas honduras hongkong hungary iceland india indonesia iran iraq ireland israel italia italy jamaica \
    japan jordan kazakhstan kenya korea kosovo kuwait kyrgyzstan laos latvia lebanon lesotho liberia libya \
    liechtenstein lithuania luxembourg macau macedonia madagascar magyarorszag malawi malaysia maldives \
    mali malta mauritania mauritius mexico moldova monaco mongolia montenegro morocco mozambique myanmar \
    namibia nederland nepal netherlands nicaragua niger nigeria norge norway oman osterreich pakistan \
    palestine panama paraguay peru philippines polska poland portugal qatar romania russia rwanda samoa \
    schweiz scotland senegal serbia seychelles singapore slovakia slovenia somalia spain sudan suisse \
    suomi suriname sverige swaziland sweden switzerland syria taiwan tajikistan tanzania thailand togo \
    tonga tunisia tunisie turkey turkiye turkmenistan uae uganda uk ukraine uruguay usa uzbekistan vanuatu \
    venezuela vietnam wales yemen zambia zimbabwe ";
