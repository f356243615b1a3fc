//! Many objects in one file: git's pack format, version 2, and its index.
//!
//! <https://git-scm.com/docs/pack-format>. One pack takes two synced files where loose objects
//! would take one each.

use std::{
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::Path,
};

use git2::{ObjectType, Oid};
use libdeflater::{CompressionLvl, Compressor};
use rayon::prelude::*;
use sha1::{Digest, Sha1};

use super::{
    repository::{sync_folder, unique},
    tree::Object,
};

/// Offsets from here on stand in a table of their own.
const FAR: u64 = 1 << 31;

/// One object as it stands in the pack.
struct Packed {
    id: Oid,
    bytes: Vec<u8>,
    crc: u32,
}

/// Writes the objects as one pack into `objects/pack`. It appears whole or not at all.
///
/// `objects` holds each id once, sorted by id.
pub(super) fn write(folder: &Path, objects: &[Object]) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    // Without git's endings: what a killed run leaves half written is no pack to anybody.
    let name = format!("tmp_rollbook_{}", unique());
    let (pack, index) = (folder.join(format!("{name}_pack")), folder.join(format!("{name}_idx")));
    let written = write_both(&pack, &index, objects).and_then(|name| {
        // The index comes last: git takes a pack for there when it sees the index.
        fs::rename(&pack, folder.join(format!("pack-{name}.pack")))?;
        fs::rename(&index, folder.join(format!("pack-{name}.idx")))
    });
    if written.is_err() {
        let _ = (fs::remove_file(&pack), fs::remove_file(&index));
    }
    written?;
    sync_folder(folder);
    Ok(())
}

fn write_both(pack: &Path, index: &Path, objects: &[Object]) -> io::Result<String> {
    let packed = objects
        .par_iter()
        .map_init(|| Compressor::new(CompressionLvl::new(1).unwrap_or_default()), entry);
    let packed: Vec<Packed> = packed.collect::<io::Result<_>>()?;
    let mut out = Hashed { out: BufWriter::new(File::create(pack)?), hash: Sha1::new(), at: 0 };
    out.write_all(b"PACK\0\0\0\x02")?;
    out.write_all(&u32::try_from(packed.len()).map_err(io::Error::other)?.to_be_bytes())?;
    let mut offsets = Vec::with_capacity(packed.len());
    for object in &packed {
        offsets.push(out.at);
        out.write_all(&object.bytes)?;
    }
    let trailer = out.finish()?;

    let mut out = Hashed { out: BufWriter::new(File::create(index)?), hash: Sha1::new(), at: 0 };
    out.write_all(b"\xFFtOc\0\0\0\x02")?;
    for first in 0..=u8::MAX {
        let upto = packed.partition_point(|object| object.id.as_bytes()[0] <= first);
        out.write_all(&(upto as u32).to_be_bytes())?;
    }
    for object in &packed {
        out.write_all(object.id.as_bytes())?;
    }
    for object in &packed {
        out.write_all(&object.crc.to_be_bytes())?;
    }
    let mut far = Vec::new();
    for offset in offsets {
        let short = if offset < FAR { offset } else { FAR | far.len() as u64 };
        if offset >= FAR {
            far.push(offset);
        }
        out.write_all(&(short as u32).to_be_bytes())?;
    }
    for offset in far {
        out.write_all(&offset.to_be_bytes())?;
    }
    out.write_all(&trailer)?;
    out.finish()?;
    Ok(trailer.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Kind and size, then the deflated bytes.
fn entry(compressor: &mut Compressor, object: &Object) -> io::Result<Packed> {
    let kind: u8 = match object.kind {
        ObjectType::Commit => 1,
        ObjectType::Tree => 2,
        _ => 3,
    };
    let mut bytes = Vec::with_capacity(64 + object.data.len() / 2);
    let mut size = object.data.len();
    let mut head = (kind << 4) | (size & 15) as u8;
    size >>= 4;
    while size > 0 {
        bytes.push(head | 0x80);
        head = (size & 0x7F) as u8;
        size >>= 7;
    }
    bytes.push(head);
    let start = bytes.len();
    bytes.resize(start + compressor.zlib_compress_bound(object.data.len()), 0);
    let length = compressor
        .zlib_compress(&object.data, &mut bytes[start..])
        .map_err(|error| io::Error::other(error.to_string()))?;
    bytes.truncate(start + length);
    bytes.shrink_to_fit();
    let crc = crc32fast::hash(&bytes);
    Ok(Packed { id: object.id, bytes, crc })
}

/// A file that ends in the hash of what is in it.
struct Hashed {
    out: BufWriter<File>,
    hash: Sha1,
    at: u64,
}

impl Hashed {
    fn finish(mut self) -> io::Result<[u8; 20]> {
        let sum: [u8; 20] = self.hash.finalize().into();
        self.out.write_all(&sum)?;
        self.out.flush()?;
        let file = self.out.get_ref();
        file.sync_all()?;
        let mut permissions = file.metadata()?.permissions();
        permissions.set_readonly(true);
        file.set_permissions(permissions)?;
        Ok(sum)
    }
}

impl Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write_all(bytes)?;
        self.hash.update(bytes);
        self.at += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
