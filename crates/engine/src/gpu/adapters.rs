//! The adapters of a machine, natively: what there is, and a device on any of them.

use super::Gpu;
use crate::EngineError;

/// An adapter.
pub struct Adapter {
    adapter: wgpu::Adapter,
    /// Its name.
    pub name: String,
    /// Discrete, integrated, virtual or software.
    pub sort: &'static str,
    /// What drives it, such as Vulkan.
    pub backend: String,
    /// The driver's name and version.
    pub driver: String,
    /// Where it is on the PCI bus, if that is known.
    pub bus: Option<String>,
    /// Bytes of the largest buffer: as much memory as can be had in one piece.
    pub largest_buffer: u64,
    /// Bytes of the largest binding.
    pub largest_binding: u64,
    /// Invocations of the largest workgroup.
    pub largest_group: u32,
}

impl Adapter {
    /// All adapters, real ones first, in the order of the PCI bus; the first is adapter 0.
    pub async fn all() -> Vec<Self> {
        let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle());
        let found = instance.enumerate_adapters(wgpu::Backends::all()).await;
        let mut all: Vec<_> = found.into_iter().map(Self::new).collect();
        all.sort_by_key(|a| (rank(a.adapter.get_info().device_type), a.bus.clone()));
        all
    }

    fn new(adapter: wgpu::Adapter) -> Self {
        let (info, limits) = (adapter.get_info(), adapter.limits());
        let driver = format!("{} {}", info.driver, info.driver_info).trim().to_owned();
        Self {
            name: info.name.trim().to_owned(),
            sort: match info.device_type {
                wgpu::DeviceType::DiscreteGpu => "discrete",
                wgpu::DeviceType::IntegratedGpu => "integrated",
                wgpu::DeviceType::VirtualGpu => "virtual",
                wgpu::DeviceType::Cpu => "software",
                wgpu::DeviceType::Other => "other",
            },
            backend: format!("{:?}", info.backend),
            driver,
            bus: Some(info.device_pci_bus_id).filter(|bus| !bus.is_empty()),
            largest_buffer: limits.max_buffer_size,
            largest_binding: limits.max_storage_buffer_binding_size,
            largest_group: limits.max_compute_invocations_per_workgroup,
            adapter,
        }
    }

    /// Opens a device on it; there may be several on one.
    ///
    /// # Errors
    /// When it refuses.
    pub async fn open(&self) -> Result<Gpu, EngineError> {
        Gpu::on(&self.adapter).await
    }
}

/// Which sort of adapter comes first.
fn rank(sort: wgpu::DeviceType) -> u32 {
    match sort {
        wgpu::DeviceType::DiscreteGpu => 0,
        wgpu::DeviceType::VirtualGpu => 1,
        wgpu::DeviceType::IntegratedGpu => 2,
        wgpu::DeviceType::Other => 3,
        wgpu::DeviceType::Cpu => 4,
    }
}
