//! One table for the words of an enum, so that nothing of it can be forgotten.

/// Gives an enum `ALL`, in the table's order, the word of each, and the way back from the word.
///
/// A variant that the table lacks doesn't compile.
macro_rules! words {
    ($of:ident::$word_of:ident { $($variant:ident = $word:literal,)+ }) => {
        impl $of {
            /// All of them, in the order that a person reads them.
            pub const ALL: [Self; [$($word),+].len()] = [$(Self::$variant),+];

            /// The word for it in the manifest, plans, the state and JSON.
            pub fn $word_of(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }

            /// Reads the word.
            pub fn parse(word: &str) -> Option<Self> {
                Self::ALL.into_iter().find(|one| one.$word_of() == word)
            }
        }
    };
}
pub(crate) use words;
