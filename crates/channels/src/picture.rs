//! Pictures of strangers painted anew: taken apart under limits, made small, and written as a
//! plain PNG or JPEG, so that no byte a stranger chose reaches a colleague's browser, and neither
//! does what a camera noted beside the picture.

use image::codecs::gif::GifDecoder;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use image::{AnimationDecoder, DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};
use std::collections::HashMap;
use std::io::Cursor;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Bytes of a file that is looked at.
pub(crate) const BYTES_MOST: usize = 25 * 1024 * 1024;
/// Pixels of a picture that is taken apart.
pub(crate) const PIXELS_MOST: u64 = 40_000_000;
/// Bytes that taking one apart may use.
const MEMORY_MOST: u64 = 256 * 1024 * 1024;
/// Pictures taken apart at once on a node.
const AT_ONCE: usize = 2;
/// Requests that may wait for it.
const WAITING_MOST: usize = 64;
/// A longer PNG without transparency is written as JPEG.
const PNG_MOST: usize = 1024 * 1024;
const JPEG_QUALITY: u8 = 85;

/// Pictures of other servers as they were sent, by the address a mail has for them.
pub(crate) type Fetched = HashMap<String, Vec<u8>>;

/// A picture as we painted it.
#[derive(Debug)]
pub(crate) struct Painted {
    pub media_type: &'static str,
    pub bytes: Vec<u8>,
    /// Pixels of the picture it was made from.
    pub pixels: u64,
}

/// Why there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotPainted {
    #[error("No picture of a kind that we show")]
    OtherKind,
    #[error("Too large to be shown here")]
    TooLarge,
    #[error("A moving picture, not shown")]
    Moving,
    #[error("A picture that cannot be read")]
    Broken,
    #[error("Too much to paint now, look again")]
    Busy,
    #[error("A picture that could not be fetched")]
    Away,
}

impl NotPainted {
    /// A small picture of ours that says it.
    pub(crate) fn stub(self) -> String {
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"270\" height=\"44\">\
             <rect width=\"270\" height=\"44\" rx=\"4\" fill=\"#eee\"/>\
             <text x=\"12\" y=\"27\" font-family=\"sans-serif\" font-size=\"14\" fill=\"#222\">{self}</text>\
             </svg>"
        )
    }
}

/// What kind of picture the first bytes show; only these four are taken apart.
fn format_of(bytes: &[u8]) -> Option<ImageFormat> {
    match ::mail::attachment::sniff(bytes)? {
        "image/png" => Some(ImageFormat::Png),
        "image/jpeg" => Some(ImageFormat::Jpeg),
        "image/gif" => Some(ImageFormat::Gif),
        "image/webp" => Some(ImageFormat::WebP),
        _ => None,
    }
}

fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_alloc = Some(MEMORY_MOST);
    limits
}

/// Paints a picture anew with at most `side` pixels to a side, if it has at most `pixels`.
pub(crate) fn paint(bytes: &[u8], side: u32, pixels: u64) -> Result<Painted, NotPainted> {
    let format = format_of(bytes).ok_or(NotPainted::OtherKind)?;
    if bytes.len() > BYTES_MOST {
        return Err(NotPainted::TooLarge);
    }
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits());
    let mut decoder = reader.into_decoder().map_err(why)?;
    let (width, height) = decoder.dimensions();
    let area = u64::from(width) * u64::from(height);
    if area > pixels.min(PIXELS_MOST) || decoder.total_bytes() > MEMORY_MOST {
        return Err(NotPainted::TooLarge);
    }
    if moves(bytes, format)? {
        return Err(NotPainted::Moving);
    }
    let turned = decoder.orientation().map_err(why)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(why)?;
    if width > side || height > side {
        picture = picture.thumbnail(side, side);
    }
    picture.apply_orientation(turned);
    let photograph = matches!(format, ImageFormat::Jpeg | ImageFormat::WebP);
    write(&picture, photograph, area)
}

fn why(error: image::ImageError) -> NotPainted {
    match error {
        image::ImageError::Limits(_) => NotPainted::TooLarge,
        _ => NotPainted::Broken,
    }
}

/// Whether a picture has more than one frame.
fn moves(bytes: &[u8], format: ImageFormat) -> Result<bool, NotPainted> {
    let source = Cursor::new(bytes);
    match format {
        ImageFormat::Png => {
            PngDecoder::with_limits(source, limits()).and_then(|png| png.is_apng()).map_err(why)
        }
        ImageFormat::WebP => WebPDecoder::new(source).map(|webp| webp.has_animation()).map_err(why),
        ImageFormat::Gif => {
            let mut gif = GifDecoder::new(source).map_err(why)?;
            gif.set_limits(limits()).map_err(why)?;
            Ok(gif.into_frames().take(2).filter(Result::is_ok).count() > 1)
        }
        _ => Ok(false),
    }
}

fn write(picture: &DynamicImage, photograph: bool, pixels: u64) -> Result<Painted, NotPainted> {
    let is_opaque = !picture.color().has_alpha();
    let as_jpeg = || {
        let mut bytes = Vec::new();
        let encoder = JpegEncoder::new_with_quality(&mut bytes, JPEG_QUALITY);
        picture.to_rgb8().write_with_encoder(encoder).map_err(why)?;
        Ok(Painted { media_type: "image/jpeg", bytes, pixels })
    };
    if is_opaque && photograph {
        return as_jpeg();
    }
    let mut bytes = Vec::new();
    let plain = DynamicImage::from(picture.to_rgba8());
    plain.write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png).map_err(why)?;
    if is_opaque && bytes.len() > PNG_MOST {
        return as_jpeg();
    }
    Ok(Painted { media_type: "image/png", bytes, pixels })
}

/// Where pictures are taken apart: few at a time, beside the threads that answer requests.
#[derive(Clone)]
pub(crate) struct Easel {
    free: Arc<Semaphore>,
    seats: Arc<Semaphore>,
}

impl Default for Easel {
    fn default() -> Easel {
        Easel {
            free: Arc::new(Semaphore::new(AT_ONCE)),
            seats: Arc::new(Semaphore::new(WAITING_MOST)),
        }
    }
}

impl Easel {
    /// Does work that takes pictures apart. Whoever asked may leave: what was begun counts until
    /// it ends.
    pub(crate) async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, NotPainted> {
        let seat = Arc::clone(&self.seats).try_acquire_owned().map_err(|_| NotPainted::Busy)?;
        let free = Arc::clone(&self.free).acquire_owned().await.map_err(|_| NotPainted::Busy)?;
        let done = tokio::task::spawn_blocking(move || {
            let done = work();
            drop((free, seat));
            done
        });
        // A decoder that breaks on a picture breaks nothing else.
        done.await.map_err(|_| NotPainted::Broken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{Delay, Frame, RgbImage, RgbaImage};

    fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Vec::new();
        picture.write_to(&mut Cursor::new(&mut bytes), format).expect("encoded");
        bytes
    }

    fn red(width: u32, height: u32) -> DynamicImage {
        RgbImage::from_pixel(width, height, image::Rgb([200, 10, 10])).into()
    }

    #[test]
    fn a_picture_is_painted_anew_smaller_and_without_what_stood_beside_it() {
        for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Gif, ImageFormat::WebP] {
            let mut bytes = encoded(&red(900, 300), format);
            bytes.extend(b"<script>alert(1)</script>");
            let painted = paint(&bytes, 300, PIXELS_MOST).expect("a picture");
            let again = image::load_from_memory(&painted.bytes).expect("ours is sound");
            assert_eq!((again.width(), again.height()), (300, 100), "{format:?}");
            let pixel = again.to_rgb8().get_pixel(150, 50).0;
            assert!(pixel[0] > 180 && pixel[1] < 40, "{format:?} {pixel:?}");
            assert!(!painted.bytes.windows(8).any(|w| w == b"<script>"));
            assert_eq!(painted.pixels, 270_000);
        }
        let small = paint(&encoded(&red(5, 4), ImageFormat::Png), 300, PIXELS_MOST).expect("small");
        let again = image::load_from_memory(&small.bytes).expect("ours is sound");
        assert_eq!((again.width(), again.height()), (5, 4), "small ones are not blown up");
    }

    #[test]
    fn what_moves_is_too_large_or_cannot_be_read_is_a_stub() {
        let mut moving = Vec::new();
        let frame = |n| {
            let picture = RgbaImage::from_pixel(4, 4, image::Rgba([n, n, n, 255]));
            Frame::from_parts(picture, 0, 0, Delay::from_numer_denom_ms(10, 1))
        };
        image::codecs::gif::GifEncoder::new(&mut moving)
            .encode_frames([frame(1), frame(200)])
            .expect("encoded");
        assert_eq!(paint(&moving, 300, PIXELS_MOST).err(), Some(NotPainted::Moving));
        let large = encoded(&red(100, 101), ImageFormat::Png);
        assert_eq!(paint(&large, 300, 10_000).err(), Some(NotPainted::TooLarge));
        assert!(paint(&large, 300, 10_100).is_ok(), "the limit itself passes");
        assert_eq!(paint(&bomb(), 300, PIXELS_MOST).err(), Some(NotPainted::TooLarge));
        assert_eq!(paint(&large[..60], 300, PIXELS_MOST).err(), Some(NotPainted::Broken));
        assert_eq!(paint(b"<svg onload=x>", 300, PIXELS_MOST).err(), Some(NotPainted::OtherKind));
        assert!(NotPainted::Moving.stub().contains("A moving picture"));
    }

    /// A PNG of a few bytes that says it has 60,000 by 60,000 pixels.
    fn bomb() -> Vec<u8> {
        let mut bytes = encoded(&red(1, 1), ImageFormat::Png);
        bytes[16..24].copy_from_slice(&[0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60]);
        let mut crc = !0_u32;
        for byte in &bytes[12..29] {
            crc ^= u32::from(*byte);
            for _ in 0..8 {
                crc = (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg());
            }
        }
        bytes[29..33].copy_from_slice(&(!crc).to_be_bytes());
        bytes
    }

    #[test]
    fn damage_anywhere_breaks_nothing() {
        for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Gif, ImageFormat::WebP] {
            let whole = encoded(&red(40, 30), format);
            for at in 0..whole.len() {
                let mut hurt = whole.clone();
                hurt[at] ^= 0x5a;
                drop(paint(&hurt, 300, PIXELS_MOST));
                drop(paint(&whole[..at], 300, PIXELS_MOST));
            }
        }
    }
}
