//! How a column of the manifest holds numbers: in as few bytes as the largest of them needs.

/// How a column of numbers is written: each less the least of them, in so many bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Numbers {
    least: u32,
    bytes: u8,
}

impl Numbers {
    /// A way to write all of these. Those with the highest bit set count as less than 0.
    pub fn of(values: &[u32]) -> Numbers {
        let least = values.iter().map(|&value| value as i32).min();
        let least = least.unwrap_or_default() as u32;
        let above = values.iter().map(|value| value.wrapping_sub(least));
        let bits = u32::BITS - above.max().unwrap_or_default().leading_zeros();
        Numbers {
            least,
            bytes: bits.div_ceil(8) as u8,
        }
    }

    /// As a number in the head.
    pub fn encode(self) -> u64 {
        u64::from(self.bytes) << 32 | u64::from(self.least)
    }

    /// What was encoded.
    pub fn decode(field: u64) -> Numbers {
        Numbers {
            least: field as u32,
            bytes: (field >> 32).min(4) as u8,
        }
    }

    /// Bytes of a number.
    pub fn bytes(self) -> u64 {
        u64::from(self.bytes)
    }

    /// What is written of a number.
    pub fn above(self, number: u32) -> u32 {
        number.wrapping_sub(self.least)
    }

    /// The number in its bytes.
    pub fn number(self, bytes: &[u8]) -> u32 {
        let mut word = [0; 4];
        for (place, byte) in word.iter_mut().zip(bytes) {
            *place = *byte;
        }
        self.least.wrapping_add(u32::from_le_bytes(word))
    }

    /// So many numbers in their bytes.
    pub fn all(self, bytes: &[u8], count: usize) -> Vec<u32> {
        fn each<const BYTES: usize>(numbers: Numbers, bytes: &[u8]) -> Vec<u32> {
            let (chunks, _) = bytes.as_chunks::<BYTES>();
            chunks.iter().map(|chunk| numbers.number(chunk)).collect()
        }
        match self.bytes {
            0 => vec![self.least; count],
            1 => each::<1>(self, bytes),
            2 => each::<2>(self, bytes),
            3 => each::<3>(self, bytes),
            _ => each::<4>(self, bytes),
        }
    }
}
