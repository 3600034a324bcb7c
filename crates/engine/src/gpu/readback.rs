//! Reading buffers back.

use super::context::{self, Context};
use crate::EngineError;
use futures_channel::oneshot;
use wgpu::BufferUsages;

/// A buffer the CPU can read, kept between readbacks.
#[derive(Default)]
pub struct Readback {
    staging: Option<wgpu::Buffer>,
}

impl Readback {
    /// Hands the bytes of a buffer to `look`.
    ///
    /// # Errors
    /// When the GPU is lost.
    pub async fn read(
        &mut self,
        context: &Context,
        source: &wgpu::Buffer,
        look: impl FnOnce(&[u8]),
    ) -> Result<(), EngineError> {
        // Taken, not borrowed: if this future is dropped half-way, so is the mapped buffer.
        let staging = match self.staging.take() {
            Some(staging) if staging.size() >= source.size() => staging,
            _ => staging(context, source.size()).await?,
        };
        let mut encoder = context.device.create_command_encoder(&Default::default());
        encoder.copy_buffer_to_buffer(source, 0, &staging, 0, source.size());
        let submission = context.submit(encoder);
        let (sender, mapped) = oneshot::channel();
        staging.map_async(wgpu::MapMode::Read, 0..source.size(), move |result| {
            let _ = sender.send(result);
        });
        context.settle(submission.index)?;
        let lost = |text: String| EngineError::Lost(format!("reading back failed ({text})"));
        let mapped = mapped.await;
        context.check()?;
        mapped.map_err(|e| lost(e.to_string()))?.map_err(|e| lost(context::one_line(&e)))?;
        {
            let view = staging
                .get_mapped_range(0..source.size())
                .map_err(|e| lost(context::one_line(&e)))?;
            look(&view);
        }
        staging.unmap();
        self.staging = Some(staging);
        Ok(())
    }
}

async fn staging(context: &Context, size: u64) -> Result<wgpu::Buffer, EngineError> {
    let usage = BufferUsages::COPY_DST | BufferUsages::MAP_READ;
    context.guard(|device| buffer(device, "staging", size, usage)).await
}

/// A buffer of so many bytes, which are 0.
pub fn buffer(device: &wgpu::Device, label: &str, size: u64, usage: BufferUsages) -> wgpu::Buffer {
    let descriptor =
        wgpu::BufferDescriptor { label: Some(label), size, usage, mapped_at_creation: false };
    device.create_buffer(&descriptor)
}
