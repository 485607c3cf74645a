//! The languages whose inflections are folded together.

use frostem::Algorithm;

macro_rules! languages {
    ($($variant:ident = $name:literal),+ $(,)?) => {
        /// A language whose word endings can be folded together (Snowball's algorithms), or none.
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
        #[allow(missing_docs, reason = "each variant is the language it names")]
        pub enum Language {
            /// No stemming: a word matches only itself.
            None,
            #[default]
            English,
            $($variant),+
        }

        impl Language {
            /// Every name that [`Language::from_name`] knows.
            pub const NAMES: &'static [&'static str] = &["none", "english", $($name),+];

            /// The language of this name (lower case, English: `german`).
            pub fn from_name(name: &str) -> Option<Language> {
                match name {
                    "none" => Some(Language::None),
                    "english" => Some(Language::English),
                    $($name => Some(Language::$variant),)+
                    _ => None,
                }
            }

            /// The name that [`Language::from_name`] reads.
            pub fn name(self) -> &'static str {
                match self {
                    Language::None => "none",
                    Language::English => "english",
                    $(Language::$variant => $name),+
                }
            }

            /// The Snowball algorithm, if any.
            pub(crate) fn algorithm(self) -> Option<Algorithm> {
                match self {
                    Language::None => None,
                    Language::English => Some(Algorithm::English),
                    $(Language::$variant => Some(Algorithm::$variant)),+
                }
            }
        }
    };
}

languages! {
    Arabic = "arabic", Danish = "danish", Dutch = "dutch", Finnish = "finnish", French = "french", German = "german",
    Greek = "greek", Hungarian = "hungarian", Italian = "italian", Norwegian = "norwegian", Portuguese = "portuguese",
    Romanian = "romanian", Russian = "russian", Spanish = "spanish", Swedish = "swedish", Tamil = "tamil",
    Turkish = "turkish",
}
