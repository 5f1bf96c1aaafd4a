//! Drawn faces: the photo on the card and what a camera sees, from one seed by two different ways.
//!
//! A face is a set of proportions and shades. The photo looks at it straight and evenly lit; the camera looks at
//! it shifted, scaled, turned, with another expression, uneven light, another background and noise. Two frames of
//! one face share no pixels, so a comparison has to look at what is in them.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "arithmetic on pixels: all values are small and rounding is meant"
)]

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::RngCore;

use crate::keys::generator;

/// Width of the card's photo in pixels.
pub const PHOTO_WIDTH: usize = 378;
/// Height of the card's photo in pixels.
pub const PHOTO_HEIGHT: usize = 472;
/// Width of a camera frame in pixels.
pub const CAMERA_WIDTH: usize = 640;
/// Height of a camera frame in pixels.
pub const CAMERA_HEIGHT: usize = 480;

/// A grey picture, 8 bits per pixel, rows from the top.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    /// Pixels per row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// `width * height` levels, 255 is white.
    pub pixels: Vec<u8>,
}

impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Picture({}x{})", self.width, self.height)
    }
}

impl Picture {
    fn drawn(width: usize, height: usize, mut level: impl FnMut(f32, f32) -> f32) -> Self {
        let mut pixels = Vec::with_capacity(width * height);
        for y in 0..height {
            for x in 0..width {
                pixels.push((level(x as f32, y as f32) * 255.0).clamp(0.0, 255.0) as u8);
            }
        }
        Self { width, height, pixels }
    }
}

/// What stands before the camera.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// The person.
    Person,
    /// The person with a mask over nose and mouth.
    Masked,
    /// A printed photograph of the person held before the camera: a white border, and the print's dots beating
    /// with the sensor's.
    Photograph,
}

/// How the camera sees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scene {
    /// What stands there.
    pub subject: Subject,
    /// Turn of the head to the side; 0 is straight, ±0.3 is much.
    pub pose: f32,
    /// Tilt of the head in radians.
    pub tilt: f32,
    /// Size of the face; 1 fills about half of the frame's height.
    pub scale: f32,
    /// Light; 1 is a lit room, 0.15 is dark.
    pub light: f32,
    /// Light from one side; 0 is even.
    pub side_light: f32,
    /// Strength of the noise as a share of white.
    pub noise: f32,
    /// Seed of place, expression and noise.
    pub seed: u64,
}

impl Scene {
    /// A person in ordinary light, the rest drawn from the seed.
    #[must_use]
    pub fn ordinary(seed: u64) -> Self {
        let mut dice = Dice(generator(seed, "scene"));
        Self {
            subject: Subject::Person,
            pose: dice.between(-0.15, 0.15),
            tilt: dice.between(-0.12, 0.12),
            scale: dice.between(0.85, 1.2),
            light: dice.between(0.75, 1.1),
            side_light: dice.between(-0.25, 0.25),
            noise: dice.between(0.01, 0.04),
            seed,
        }
    }

    /// The same with too little light.
    #[must_use]
    pub fn dark(seed: u64) -> Self {
        Self { light: 0.12, ..Self::ordinary(seed) }
    }

    /// The same with a mask.
    #[must_use]
    pub fn masked(seed: u64) -> Self {
        Self { subject: Subject::Masked, ..Self::ordinary(seed) }
    }

    /// The same with the head turned far aside.
    #[must_use]
    pub fn turned(seed: u64) -> Self {
        let ordinary = Self::ordinary(seed);
        Self { pose: 2.0_f32.copysign(ordinary.pose), ..ordinary }
    }

    /// A photograph of a photograph.
    #[must_use]
    pub fn photograph(seed: u64) -> Self {
        Self { subject: Subject::Photograph, ..Self::ordinary(seed) }
    }
}

/// The photo of the card: straight, evenly lit, a light background.
#[must_use]
pub fn photo(seed: u64) -> Picture {
    let face = Face::of(seed);
    Picture::drawn(PHOTO_WIDTH, PHOTO_HEIGHT, |x, y| {
        face.level((x - 189.0) / 150.0, (y - 250.0) / 150.0, Subject::Person, 0.88)
    })
}

/// One camera frame of a face in a scene.
#[must_use]
pub fn camera(seed: u64, scene: Scene) -> Picture {
    let mut dice = Dice(generator(scene.seed, "frame"));
    let face = Face::of(seed).with_expression(&mut dice);
    let centre = (dice.between(270.0, 370.0), dice.between(220.0, 270.0));
    let unit = 115.0 * scale_in_bounds(scene.scale);
    let (sin, cos) = scene.tilt.sin_cos();
    let room = dice.between(0.3, 0.6);
    let stripe = dice.between(3.6, 4.6);
    Picture::drawn(CAMERA_WIDTH, CAMERA_HEIGHT, |x, y| {
        let (dx, dy) = ((x - centre.0) / unit, (y - centre.1) / unit);
        let (u, v) = (cos * dx + sin * dy, cos * dy - sin * dx);
        let turned = u + scene.pose * 0.3 * (1.0 - (u * u).min(1.0));
        let background = room + 0.1 * (x / 90.0).sin() - y / 4000.0;
        let mut level = face.level(turned, v, scene.subject, background);
        if scene.subject == Subject::Photograph {
            level = printed(level, u, v, x, stripe, background);
        }
        let light = scene.light * (1.0 + scene.side_light * u.clamp(-1.5, 1.5));
        // A camera's curve is not the scanner's of the photo.
        level.max(0.0).powf(0.9) * light + dice.between(-scene.noise, scene.noise)
    })
}

fn scale_in_bounds(scale: f32) -> f32 {
    scale.clamp(0.4, 1.6)
}

/// A print: a white border, the room around it, and stripes where dots and sensor beat.
fn printed(level: f32, u: f32, v: f32, x: f32, stripe: f32, background: f32) -> f32 {
    let (across, down) = (u.abs() / 1.15, (v - 0.02).abs() / 1.35);
    let out = across.max(down);
    if out > 1.12 {
        return background;
    }
    let paper = if out > 1.0 { 0.95 } else { level };
    paper * (1.0 + 0.07 * (x * std::f32::consts::TAU / stripe).sin())
}

struct Dice(ChaCha20Rng);

impl Dice {
    fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * (self.0.next_u32() >> 8) as f32 / 16_777_216.0
    }

    fn chance(&mut self, share: f32) -> bool {
        self.between(0.0, 1.0) < share
    }
}

/// Proportions in units of half the face's height, from its middle, x to the right, y down; shades from 0 to 1.
#[derive(Clone)]
struct Face {
    skin: f32,
    head_width: f32,
    jaw: f32,
    hair: f32,
    hairline: f32,
    hair_parting: f32,
    fringe: f32,
    hair_length: f32,
    eye_distance: f32,
    eye_height: f32,
    eye: (f32, f32),
    eye_tilt: f32,
    brow_gap: f32,
    brow_thickness: f32,
    brow_tilt: f32,
    brow_length: f32,
    nose_length: f32,
    nose_width: f32,
    mouth_height: f32,
    mouth: (f32, f32),
    mouth_curve: f32,
    mouth_shade: f32,
    glasses: Option<(f32, f32)>,
    moustache: Option<f32>,
    beard: Option<f32>,
    mole: (f32, f32),
    cheek: f32,
    clothes: f32,
}

impl Face {
    fn of(seed: u64) -> Self {
        let mut dice = Dice(generator(seed, "face"));
        Self {
            skin: dice.between(0.62, 0.82),
            head_width: dice.between(0.66, 0.86),
            jaw: dice.between(0.55, 0.95),
            hair: dice.between(0.05, 0.4),
            hairline: dice.between(-0.85, -0.5),
            hair_parting: dice.between(-0.5, 0.5),
            fringe: dice.between(-0.25, 0.25),
            hair_length: dice.between(-0.4, 1.1),
            eye_distance: dice.between(0.27, 0.4),
            eye_height: dice.between(-0.22, -0.02),
            eye: (dice.between(0.09, 0.16), dice.between(0.035, 0.08)),
            eye_tilt: dice.between(-0.25, 0.25),
            brow_gap: dice.between(0.12, 0.25),
            brow_thickness: dice.between(0.02, 0.06),
            brow_tilt: dice.between(-0.3, 0.3),
            brow_length: dice.between(0.12, 0.22),
            nose_length: dice.between(0.15, 0.38),
            nose_width: dice.between(0.07, 0.19),
            mouth_height: dice.between(0.46, 0.68),
            mouth: (dice.between(0.15, 0.33), dice.between(0.025, 0.075)),
            mouth_curve: dice.between(-0.08, 0.08),
            mouth_shade: dice.between(0.25, 0.5),
            glasses: dice.chance(0.3).then(|| (dice.between(0.16, 0.23), dice.between(0.012, 0.03))),
            moustache: dice.chance(0.2).then(|| dice.between(0.25, 0.5)),
            beard: dice.chance(0.2).then(|| dice.between(0.35, 0.55)),
            mole: (dice.between(-0.5, 0.5), dice.between(0.1, 0.7)),
            cheek: dice.between(-0.08, 0.08),
            clothes: dice.between(0.1, 0.7),
        }
    }

    /// Eyes a little more or less open, mouth moved, hair fallen otherwise, skin tanned or pale.
    fn with_expression(mut self, dice: &mut Dice) -> Self {
        self.eye.1 *= dice.between(0.85, 1.1);
        self.mouth.0 *= dice.between(0.93, 1.1);
        self.mouth.1 *= dice.between(0.9, 1.3);
        self.mouth_curve += dice.between(-0.02, 0.02);
        self.hair_parting += dice.between(-0.1, 0.1);
        self.hairline += dice.between(-0.03, 0.03);
        self.brow_gap += dice.between(-0.01, 0.02);
        self.skin += dice.between(-0.04, 0.04);
        self.clothes = dice.between(0.1, 0.7);
        self
    }

    /// The level at a place of the face's plane.
    fn level(&self, x: f32, y: f32, subject: Subject, background: f32) -> f32 {
        let mut level = background;
        // Shoulders, hair behind the head, neck, then the head.
        level = over(level, self.clothes, below(0.22 * x * x + 1.2, y));
        let behind = disc(x, y + 0.12, self.head_width + 0.14, 1.08);
        level = over(level, self.hair, behind * below(-2.0, y) * (1.0 - below(self.hair_length, y)));
        level = over(level, self.skin * 0.85, disc(x, y - 1.0, 0.36, 0.45));
        let head = self.head(x, y);
        level = over(level, self.skin_at(x, y), head);
        level = self.features(level, x, y);
        let line = self.hairline + self.fringe * (x - self.hair_parting).abs() + 0.25 * x * x;
        let cap = disc(x, y + 0.12, self.head_width + 0.12, 1.05);
        level = over(level, self.hair + 0.04 * (x * 40.0 + y * 9.0).sin(), cap * (1.0 - below(line, y)));
        if subject == Subject::Masked {
            let folds = 0.9 + 0.03 * (y * 45.0).sin();
            level = over(level, folds, head * below(0.12 + 0.15 * x * x, y));
        }
        level
    }

    fn head(&self, x: f32, y: f32) -> f32 {
        let narrowing = 1.0 - (1.0 - self.jaw) * y.clamp(0.0, 1.0).powi(2);
        let width = self.head_width * narrowing;
        disc(x, y, width, 1.0)
    }

    fn skin_at(&self, x: f32, y: f32) -> f32 {
        let round = 1.0 - 0.22 * (x / self.head_width).powi(4);
        let cheeks = self.cheek * disc(x.abs() - 0.42, y - 0.28, 0.22, 0.2);
        self.skin * round + cheeks
    }

    fn features(&self, mut level: f32, x: f32, y: f32) -> f32 {
        let side = x.abs() - self.eye_distance;
        if let Some(shade) = self.beard {
            let chin = self.head(x, y) * below(self.mouth_height - 0.08 + 0.5 * x * x, y);
            level = over(level, self.skin * shade, chin);
        }
        if let Some(shade) = self.moustache {
            level = over(level, self.skin * shade, disc(x, y - self.mouth_height + 0.11, self.mouth.0, 0.06));
        }
        let eye_y = y - self.eye_height + self.eye_tilt * side;
        let (eye_width, eye_open) = self.eye;
        level = over(level, self.skin * 0.7, disc(side, eye_y, eye_width * 1.3, eye_open * 1.7));
        level = over(level, 0.92, disc(side, eye_y, eye_width, eye_open));
        level = over(level, 0.08, disc(side, eye_y, eye_open * 1.05, eye_open * 1.05));
        level = over(level, 0.12, disc(side, eye_y + eye_open, eye_width * 1.05, 0.014));
        let brow_y = y - self.eye_height + self.brow_gap + self.brow_tilt * side;
        level = over(level, self.hair, disc(side, brow_y, self.brow_length, self.brow_thickness));
        level = self.nose(level, x, y);
        let lips = y - self.mouth_height + self.mouth_curve * (x / self.mouth.0).powi(2);
        level = over(level, self.mouth_shade, disc(x, lips, self.mouth.0, self.mouth.1));
        level = over(level, 0.12, disc(x, lips, self.mouth.0 * 0.95, 0.012));
        level = over(level, 0.15, disc(x - self.mole.0, y - self.mole.1, 0.025, 0.025));
        if let Some((radius, rim)) = self.glasses {
            let from = (side.powi(2) + (y - self.eye_height).powi(2)).sqrt() - radius;
            level = over(level, 0.08, edge(rim - from.abs()));
            let bridge = disc(x, y - self.eye_height, self.eye_distance - radius, rim);
            level = over(level, 0.08, bridge);
        }
        level
    }

    fn nose(&self, level: f32, x: f32, y: f32) -> f32 {
        let along = ((y - self.eye_height) / (self.nose_length - self.eye_height)).clamp(0.0, 1.0);
        let ridge = edge(0.02 - (x.abs() - self.nose_width * (0.35 + 0.5 * along)).abs());
        let on = below(self.eye_height, y) * (1.0 - below(self.nose_length, y));
        let shaded = over(level, self.skin * 0.8, 0.7 * ridge * on);
        let nostril =
            disc(x.abs() - self.nose_width * 0.55, y - self.nose_length, self.nose_width * 0.35, 0.028);
        over(shaded, 0.22, nostril)
    }
}

fn over(under: f32, colour: f32, cover: f32) -> f32 {
    under + (colour - under) * cover
}

/// From 0 to 1 over a soft edge around 0, inside positive.
fn edge(distance: f32) -> f32 {
    (0.5 + distance / 0.03).clamp(0.0, 1.0)
}

/// Cover of an ellipse around the origin.
fn disc(x: f32, y: f32, width: f32, height: f32) -> f32 {
    let r = ((x / width).powi(2) + (y / height).powi(2)).sqrt();
    edge((1.0 - r) * width.min(height))
}

/// Cover of everything below a line.
fn below(line: f32, y: f32) -> f32 {
    edge(y - line)
}

#[cfg(test)]
mod tests {
    use super::{Scene, camera, photo};

    #[test]
    fn pictures_have_their_sizes_and_repeat() {
        let picture = photo(3);
        assert_eq!((picture.width, picture.height, picture.pixels.len()), (378, 472, 378 * 472));
        assert!(picture == photo(3) && picture != photo(4));
        let frame = camera(3, Scene::ordinary(1));
        assert_eq!(frame.pixels.len(), 640 * 480);
        assert!(frame == camera(3, Scene::ordinary(1)) && frame != camera(3, Scene::ordinary(2)));
    }

    #[test]
    #[ignore = "writes a contact sheet to look at; run with UKETSUKE_SHEET=<file>"]
    fn contact_sheet() {
        let path = std::env::var("UKETSUKE_SHEET").unwrap();
        let mut sheet = Vec::new();
        let rows = 6;
        for seed in 11..11 + rows {
            let frames = [
                photo(seed),
                camera(seed, Scene::ordinary(seed)),
                camera(seed, Scene::masked(seed)),
                camera(seed, Scene::photograph(seed)),
            ];
            for y in (0..480).step_by(2) {
                for frame in &frames {
                    let row = y.min(frame.height - 1) * frame.width;
                    sheet.extend((0..frame.width).step_by(2).map(|x| frame.pixels[row + x]));
                }
            }
        }
        let mut encoder =
            png::Encoder::new(std::fs::File::create(path).unwrap(), 189 + 320 * 3, 240 * rows as u32);
        encoder.set_color(png::ColorType::Grayscale);
        encoder.write_header().unwrap().write_image_data(&sheet).unwrap();
    }
}
