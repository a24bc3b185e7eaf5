//! Makes small, valid PNG and JPEG files, a different one for each number.

/// A PNG file with a comment of `extra` bytes, so that a picture can be as large as a check needs.
pub(crate) fn png(number: u32, extra: usize) -> Vec<u8> {
    // Rows of one byte a pixel, each after the number of its filter, which is 0.
    let (width, height) = (16, 16);
    let shade = |x: u32, y: u32| (x * y + number) as u8;
    let rows: Vec<u8> = (0..height)
        .flat_map(|y| std::iter::once(0).chain((0..width).map(move |x| shade(x, y))))
        .collect();
    let mut header = Vec::new();
    header.extend(u32::to_be_bytes(width));
    header.extend(u32::to_be_bytes(height));
    // Eight bits of grey; the only compression and filters there are; not interlaced.
    header.extend([8, 0, 0, 0, 0]);
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    chunk(&mut file, b"IHDR", &header);
    chunk(&mut file, b"tEXt", &comment(number, extra));
    chunk(&mut file, b"IDAT", &stored(&rows));
    chunk(&mut file, b"IEND", &[]);
    file
}

/// A keyword, a zero and a text.
fn comment(number: u32, extra: usize) -> Vec<u8> {
    let mut comment = format!("Comment\0picture {number}").into_bytes();
    comment.extend(text(extra));
    comment
}

fn text(length: usize) -> impl Iterator<Item = u8> {
    (b'a'..=b'z').cycle().take(length)
}

/// A part of a PNG file (Portable Network Graphics Specification, third edition, 2025, section 5.3).
fn chunk(file: &mut Vec<u8>, kind: &[u8; 4], data: &[u8]) {
    let length = u32::try_from(data.len()).expect("a picture is small");
    file.extend(length.to_be_bytes());
    let start = file.len();
    file.extend(kind);
    file.extend(data);
    let sum = crc(&file[start..]);
    file.extend(sum.to_be_bytes());
}

/// The cyclic redundancy check of the same specification, annex D, bit by bit.
fn crc(bytes: &[u8]) -> u32 {
    let step = |sum: u32, _| (sum >> 1) ^ if sum & 1 == 1 { 0xedb8_8320 } else { 0 };
    !bytes
        .iter()
        .fold(!0, |sum, byte| (0..8).fold(sum ^ u32::from(*byte), step))
}

/// A stream of zlib (RFC 1950) with a single block that is not compressed (RFC 1951, section 3.2.4).
fn stored(data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).expect("a picture fits one block");
    let mut stream = vec![0x78, 0x01, 0x01];
    stream.extend(length.to_le_bytes());
    stream.extend((!length).to_le_bytes());
    stream.extend(data);
    let (a, b) = data.iter().fold((1, 0), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % 65521;
        (a, (b + a) % 65521)
    });
    stream.extend((b << 16 | a).to_be_bytes());
    stream
}

/// A grey square of eight pixels a side (ITU-T T.81, 1992, baseline): one block, whose single coefficient is its shade.
pub(crate) fn jpeg(number: u32) -> Vec<u8> {
    let mut file = vec![0xff, 0xd8];
    segment(&mut file, 0xe0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0");
    segment(&mut file, 0xfe, format!("picture {number}").as_bytes());
    // All coefficients are stored in steps of 8.
    segment(&mut file, 0xdb, &[&[0][..], &[8; 64]].concat());
    // Eight bits, 8 by 8 pixels, one component, which uses table 0.
    segment(&mut file, 0xc0, &[8, 0, 8, 0, 8, 1, 1, 0x11, 0]);
    // One code, `0`, says that the shade has seven bits; in the other table, `0` says that nothing follows.
    segment(&mut file, 0xc4, &table(0x00, 7));
    segment(&mut file, 0xc4, &table(0x10, 0));
    segment(&mut file, 0xda, &[1, 1, 0x00, 0, 63, 0]);
    // `0`, seven bits that begin with 1 as those of a positive number do, `0`, and ones to the end of the byte.
    let shade = 0x40 | (number % 0x40);
    let bits = (shade << 8) | 0x7f;
    file.extend(u16::try_from(bits).expect("sixteen bits").to_be_bytes());
    file.extend([0xff, 0xd9]);
    file
}

/// A table of Huffman codes with a single one, of one bit, for `symbol`.
fn table(class_and_number: u8, symbol: u8) -> Vec<u8> {
    let mut table = vec![class_and_number, 1];
    table.extend([0; 15]);
    table.push(symbol);
    table
}

fn segment(file: &mut Vec<u8>, marker: u8, data: &[u8]) {
    let length = u16::try_from(data.len() + 2).expect("a segment is short");
    file.extend([0xff, marker]);
    file.extend(length.to_be_bytes());
    file.extend(data);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sums_are_those_of_the_specifications() {
        // The check values that are published for both.
        assert_eq!(crc(b"123456789"), 0xcbf4_3926);
        let stream = stored(b"Wikipedia");
        assert_eq!(&stream[stream.len() - 4..], 0x11e6_0398u32.to_be_bytes());
    }

    #[test]
    fn pictures_differ_and_end_as_they_should() {
        assert_ne!(png(101, 0), png(102, 0));
        assert!(png(101, 100_000).len() > 100_000);
        assert!(png(101, 0).ends_with(b"IEND\xae\x42\x60\x82"));
        assert_ne!(jpeg(100), jpeg(101));
        assert!(jpeg(100).ends_with(&[0xff, 0xd9]));
    }
}
