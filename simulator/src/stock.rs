//! The simulated issuer and its cards, made once and kept in a file: RSA keys are slow to make.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use openjp2::openjpeg::{OPJ_CLRSPC_GRAY, OPJ_CODEC_JP2};
use openjp2::{Codec, Stream, opj_cparameters_t, opj_image, opj_image_comptparm};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use simulator_card::{Card, CardKeys, IssueError, IssueOptions, Issuer, IssuerKeys, Persona, face, personas};
use time::{Duration, OffsetDateTime};

/// Goes into the file's name: another form of the file is another file.
const VERSION: u32 = 1;

/// Certificates are counted from the day of making, so a stock grows stale.
const KEEPS: Duration = Duration::days(30);

/// Why there is no stock.
#[derive(Debug, thiserror::Error)]
pub enum StockError {
    /// The directory or a file in it cannot be used.
    #[error("the stock's file {path} cannot be used")]
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A key or card cannot be made.
    #[error("a card cannot be issued")]
    Issue(#[from] IssueError),
    /// A photo cannot be encoded.
    #[error("a photo cannot be encoded as JP2")]
    Photo,
    /// The stock cannot be written down.
    #[error("the stock cannot be written as JSON")]
    Json(#[from] serde_json::Error),
    /// The system gives no randomness.
    #[error("no randomness for the stock's seed")]
    Randomness,
}

/// The issuer and one card for each persona.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Stock {
    made: i64,
    seed: u64,
    issuer: Issuer,
    cards: BTreeMap<String, Card>,
    #[serde(skip)]
    personas: Vec<Persona>,
}

impl Stock {
    /// Takes the stock out of a directory, or makes it there. Several processes may do so at once: one makes it, the
    /// others wait for its file.
    ///
    /// # Errors
    /// [`StockError`].
    pub fn open(directory: &Path) -> Result<Self, StockError> {
        let personas = personas();
        let path = directory.join(format!("stock-{}.json", key(&personas)?));
        let failed = |source| StockError::File { path: path.clone(), source };
        std::fs::create_dir_all(directory).map_err(failed)?;
        let lock = File::create(path.with_extension("lock")).map_err(failed)?;
        lock.lock().map_err(failed)?;
        let now = OffsetDateTime::now_utc();
        let mut stock = match Self::load(&path, now) {
            Some(stock) => stock,
            None => {
                let stock = Self::make(&personas, random_seed()?, now)?;
                stock.save(directory, &path)?;
                stock
            }
        };
        stock.personas = personas;
        Ok(stock)
    }

    /// The issuer of all cards here.
    #[must_use]
    pub const fn issuer(&self) -> &Issuer {
        &self.issuer
    }

    /// All personas, in their order.
    #[must_use]
    pub fn personas(&self) -> &[Persona] {
        &self.personas
    }

    /// A persona by its id.
    #[must_use]
    pub fn persona(&self, id: &str) -> Option<&Persona> {
        self.personas.iter().find(|persona| persona.id == id)
    }

    /// The persona's card as it was issued, full counters and no faults; two copies are two cards.
    #[must_use]
    pub fn card(&self, persona: &str) -> Option<Card> {
        self.cards.get(persona).cloned()
    }

    /// Serial numbers of the revoked authentication certificates.
    #[must_use]
    pub fn revoked(&self) -> Vec<u32> {
        self.personas.iter().filter(|persona| persona.revoked).map(|persona| persona.serial).collect()
    }

    /// A file that cannot be read, or is stale, counts as none.
    fn load(path: &Path, now: OffsetDateTime) -> Option<Self> {
        let stock: Self = serde_json::from_slice(&std::fs::read(path).ok()?).ok()?;
        let age = now.unix_timestamp() - stock.made;
        (0..KEEPS.whole_seconds()).contains(&age).then_some(stock)
    }

    fn make(personas: &[Persona], seed: u64, now: OffsetDateTime) -> Result<Self, StockError> {
        tracing::info!(seed, "making the keys of the simulated cards");
        let (issuer_keys, mut keys) = make_keys(personas, seed)?;
        let issuer = Issuer::with_keys(issuer_keys, seed, now)?;
        let mut cards = BTreeMap::new();
        for persona in personas {
            let photo = encode_jp2(&face::photo(persona.face_seed))?;
            let options = IssueOptions { photo, keys: keys.remove(&persona.id), ..IssueOptions::default() };
            let card = Card::issue(&issuer, persona, options, seed ^ persona.face_seed, now)?;
            cards.insert(persona.id.clone(), card);
        }
        Ok(Self { made: now.unix_timestamp(), seed, issuer, cards, personas: Vec::new() })
    }

    /// Appears at once or not at all; readable by the owner only, as temporary files are.
    fn save(&self, directory: &Path, path: &Path) -> Result<(), StockError> {
        let failed = |source| StockError::File { path: path.to_owned(), source };
        let mut file = tempfile::NamedTempFile::new_in(directory).map_err(failed)?;
        file.write_all(&serde_json::to_vec(self)?).map_err(failed)?;
        file.persist(path).map_err(|error| failed(error.error))?;
        Ok(())
    }
}

/// Changes with the form of the file and with any persona.
fn key(personas: &[Persona]) -> Result<String, StockError> {
    let digest = Sha256::digest(serde_json::to_vec(&(VERSION, personas))?);
    Ok(digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect())
}

fn random_seed() -> Result<u64, StockError> {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).map_err(|_| StockError::Randomness)?;
    Ok(u64::from_be_bytes(bytes))
}

/// All keys, on all processors.
fn make_keys(
    personas: &[Persona],
    seed: u64,
) -> Result<(IssuerKeys, BTreeMap<String, CardKeys>), StockError> {
    let next = AtomicUsize::new(0);
    let made = Mutex::new(BTreeMap::new());
    let workers = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    let issuer_keys = std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some(persona) = personas.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let keys = CardKeys::generate(seed, &persona.id);
                    made.lock()
                        .unwrap_or_else(std::sync::PoisonError::into_inner)
                        .insert(persona.id.clone(), keys);
                }
            });
        }
        IssuerKeys::generate(seed)
    })?;
    let made = made.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    let keys = made.into_iter().map(|(id, keys)| keys.map(|keys| (id, keys))).collect::<Result<_, _>>()?;
    Ok((issuer_keys, keys))
}

/// A grey picture as JP2 at about sixty to one, the size of a card's photo. The encoder writes to files only.
///
/// # Errors
/// [`StockError::Photo`] when the encoder refuses.
pub fn encode_jp2(picture: &face::Picture) -> Result<Vec<u8>, StockError> {
    let file = tempfile::NamedTempFile::new().map_err(|_| StockError::Photo)?;
    write_jp2(picture, file.path()).ok_or(StockError::Photo)?;
    std::fs::read(file.path()).map_err(|_| StockError::Photo)
}

fn write_jp2(picture: &face::Picture, path: &Path) -> Option<()> {
    let component = opj_image_comptparm {
        dx: 1,
        dy: 1,
        w: u32::try_from(picture.width).ok()?,
        h: u32::try_from(picture.height).ok()?,
        prec: 8,
        ..opj_image_comptparm::default()
    };
    let mut image = opj_image::create(&[component], OPJ_CLRSPC_GRAY)?;
    image.x1 = component.w;
    image.y1 = component.h;
    let levels: Vec<i32> = picture.pixels.iter().map(|pixel| i32::from(*pixel)).collect();
    image.comps_mut()?.first_mut()?.set_data(&levels).then_some(())?;
    let mut parameters = opj_cparameters_t {
        tcp_numlayers: 1,
        cp_disto_alloc: 1,
        irreversible: 1,
        ..opj_cparameters_t::default()
    };
    *parameters.tcp_rates.first_mut()? = 60.0;
    let mut codec = Codec::new_encoder(OPJ_CODEC_JP2)?;
    let mut stream = Stream::new_file(path, 1 << 16, false).ok()?;
    let done = codec.setup_encoder(&mut parameters, &mut image) == 1
        && codec.start_compress(&mut image, &mut stream) == 1
        && codec.encode(&mut stream) == 1
        && codec.end_compress(&mut stream) == 1;
    stream.flush().ok()?;
    done.then_some(())
}

#[cfg(test)]
mod tests {
    use super::{Stock, encode_jp2, face};

    #[test]
    fn a_photo_is_a_jp2_of_a_few_kilobytes() {
        let jp2 = encode_jp2(&face::photo(11)).unwrap();
        assert_eq!(jp2[..12], [0, 0, 0, 12, b'j', b'P', b' ', b' ', 0x0D, 0x0A, 0x87, 0x0A]);
        assert!(jp2.ends_with(&[0xFF, 0xD9]) && (1_000..6_000).contains(&jp2.len()), "{}", jp2.len());
    }

    #[test]
    fn a_stock_is_made_once_and_found_again_by_all() {
        let directory = tempfile::tempdir().unwrap();
        let open = || Stock::open(directory.path()).unwrap();
        let (a, b) = std::thread::scope(|scope| {
            let (a, b) = (scope.spawn(open), scope.spawn(open));
            (a.join().unwrap(), b.join().unwrap())
        });
        assert_eq!((a.issuer().auth_ca(), a.seed), (b.issuer().auth_ca(), b.seed));
        assert!(a.personas().iter().all(|persona| b.card(&persona.id).is_some()));
        assert_eq!(a.revoked().len(), 1);
    }
}
