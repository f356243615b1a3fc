//! Plans and directories as a person reads them. Colour is in the text as ANSI styles, which the
//! roof strips where nobody sees them; data is in it only as [`Safe`].

mod changes_text;
mod commit_message;
mod directory;
mod document;
mod equipment_meanings;
mod equipment_text;
mod equipment_totals;
mod explained_equipment;
mod explanation;
mod findings_text;
mod fold;
mod inventory_document;
mod inventory_text;
mod ledger_text;
mod markdown;
mod meanings_text;
mod plan_text;
mod remarks_text;
mod safe;
mod styles;
mod value;
mod wording;

pub use changes_text::change_text;
pub use commit_message::{body, subject};
pub use directory::{directory_text, person_text};
pub use document::{
    DirectoryDocument, PersonDocument, StatusWord, directory_document, of_one_person, of_one_piece,
    person_document,
};
pub use explanation::explanation_text;
pub use findings_text::finding_line;
pub use inventory_document::{
    ChannelDocument, DeviceDocument, LineDocument, NumberDocument, SystemDeviceDocument,
    inventory_documents,
};
pub use inventory_text::{inventory_text, piece_text};
pub use ledger_text::ledger_words;
pub use markdown::{LONGEST, markdown};
pub use plan_text::{Heading, plan_text, quoted, refusal_names, refusal_room, refusal_sentence};
pub use safe::{Safe, json, json_in_yaml, needs_care, safe};
pub use styles::{BAD, DIM, DOUBT, GOOD, STRONG, painted};
pub use wording::{Tense, counted, grouped};

#[cfg(test)]
mod samples;
