//! Has memory fetched before it is needed: a look-up among millions waits for little else.
#![allow(unsafe_code, reason = "one instruction, which reads nothing and cannot fail")]

/// Asks the machine to bring what the reference points to near, and waits for nothing. Does nothing
/// where the machine has no such instruction that stable Rust knows.
#[inline]
pub(super) fn prefetch<T>(at: &T) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: the instruction is part of SSE, which every x86-64 has; it changes no memory and
        // faults at no address, and this one is that of a reference.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(at).cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = at;
}

#[cfg(test)]
mod tests {
    use super::prefetch;

    #[test]
    fn what_is_fetched_is_as_it_was_wherever_it_lies() {
        let near = [7_u8; 3];
        let far = vec![9_u64; 1 << 16];
        near.iter().for_each(prefetch);
        far.iter().for_each(prefetch);
        prefetch(&());
        assert!(near == [7; 3] && far.iter().all(|word| *word == 9));
    }
}
