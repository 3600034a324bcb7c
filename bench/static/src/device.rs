//! A Vulkan device that compiles pipelines and tells what they came to. It may be one that runs
//! nothing, such as RADV's null device, which wgpu refuses.

use crate::kernels::Compiled;
use ash::khr::pipeline_executable_properties as executables;
use ash::vk;
use std::collections::BTreeMap;
use std::ffi::{CStr, CString};

/// What a driver tells of a pipeline.
pub struct Told {
    /// Statistics by name.
    pub statistics: BTreeMap<String, u64>,
    /// The machine code in words, if the driver tells it.
    pub assembly: String,
}

/// A device of the first adapter there is.
pub struct Device {
    // Kept, since the device calls into it.
    _entry: ash::Entry,
    instance: ash::Instance,
    device: ash::Device,
    executables: executables::Device,
    /// The adapter's name and its driver's.
    pub name: String,
}

fn told(error: vk::Result) -> String {
    format!("the Vulkan driver says {error}")
}

/// Text in an array that ends with a zero.
fn text(of: &[std::ffi::c_char]) -> String {
    let bytes: Vec<u8> = of.iter().map(|&c| c as u8).take_while(|&c| c != 0).collect();
    String::from_utf8_lossy(&bytes).into_owned()
}

impl Device {
    /// Opens it.
    pub fn open() -> Result<Self, String> {
        // SAFETY: the loader is the system's; handles are used while what they come from lives, and
        // structures are filled by builders, which keep counts and lengths.
        unsafe {
            let entry = ash::Entry::load().map_err(|error| format!("no Vulkan loader: {error}"))?;
            let about = vk::ApplicationInfo::default().api_version(vk::API_VERSION_1_2);
            let create = vk::InstanceCreateInfo::default().application_info(&about);
            let instance = entry.create_instance(&create, None).map_err(told)?;
            let adapters = instance.enumerate_physical_devices().map_err(told)?;
            let adapter = *adapters.first().ok_or("there is no Vulkan adapter")?;
            let mut driver = vk::PhysicalDeviceDriverProperties::default();
            let mut about = vk::PhysicalDeviceProperties2::default().push_next(&mut driver);
            instance.get_physical_device_properties2(adapter, &mut about);
            let name = text(&about.properties.device_name);
            let name =
                format!("{name}, {} {}", text(&driver.driver_name), text(&driver.driver_info));
            let queue = [vk::DeviceQueueCreateInfo::default().queue_priorities(&[1.0])];
            let mut tells = vk::PhysicalDevicePipelineExecutablePropertiesFeaturesKHR::default()
                .pipeline_executable_info(true);
            let mut zeroes = vk::PhysicalDeviceZeroInitializeWorkgroupMemoryFeatures::default()
                .shader_zero_initialize_workgroup_memory(true);
            let extensions =
                [executables::NAME.as_ptr(), c"VK_KHR_zero_initialize_workgroup_memory".as_ptr()];
            let create = vk::DeviceCreateInfo::default()
                .queue_create_infos(&queue)
                .enabled_extension_names(&extensions)
                .push_next(&mut tells)
                .push_next(&mut zeroes);
            let device = instance.create_device(adapter, &create, None).map_err(told)?;
            let executables = executables::Device::new(&instance, &device);
            Ok(Self { _entry: entry, instance, device, executables, name })
        }
    }

    /// Compiles a kernel and asks what became of it.
    pub fn figures(&self, entry: &str, kernel: &Compiled) -> Result<Told, String> {
        let entry = CString::new(entry).map_err(|error| error.to_string())?;
        let device = &self.device;
        let bindings: Vec<_> = kernel.bindings.iter().map(binding).collect();
        // SAFETY: as above; every object is destroyed once, after its last use.
        unsafe {
            let layout = vk::DescriptorSetLayoutCreateInfo::default().bindings(&bindings);
            let set = device.create_descriptor_set_layout(&layout, None).map_err(told)?;
            let sets = [set];
            let layout = vk::PipelineLayoutCreateInfo::default().set_layouts(&sets);
            let layout = device.create_pipeline_layout(&layout, None).map_err(told)?;
            let code = vk::ShaderModuleCreateInfo::default().code(&kernel.words);
            let module = device.create_shader_module(&code, None).map_err(told)?;
            let stage = vk::PipelineShaderStageCreateInfo::default()
                .stage(vk::ShaderStageFlags::COMPUTE)
                .module(module)
                .name(&entry);
            let create = vk::ComputePipelineCreateInfo::default()
                .flags(
                    vk::PipelineCreateFlags::CAPTURE_STATISTICS_KHR
                        | vk::PipelineCreateFlags::CAPTURE_INTERNAL_REPRESENTATIONS_KHR,
                )
                .stage(stage)
                .layout(layout);
            let made = device.create_compute_pipelines(vk::PipelineCache::null(), &[create], None);
            let pipelines = made.map_err(|(_, error)| told(error))?;
            let found = self.ask(pipelines[0]);
            device.destroy_pipeline(pipelines[0], None);
            device.destroy_shader_module(module, None);
            device.destroy_pipeline_layout(layout, None);
            device.destroy_descriptor_set_layout(set, None);
            found
        }
    }

    /// # Safety
    /// The pipeline is this device's.
    unsafe fn ask(&self, pipeline: vk::Pipeline) -> Result<Told, String> {
        let info = vk::PipelineExecutableInfoKHR::default().pipeline(pipeline).executable_index(0);
        // SAFETY: the pipeline was made to capture both; a compute pipeline has one executable.
        let (statistics, mut representations) = unsafe {
            let all = self.executables.get_pipeline_executable_statistics(&info).map_err(told)?;
            let found = self.executables.get_pipeline_executable_internal_representations(&info);
            (all, found.map_err(told)?)
        };
        let value = |statistic: &vk::PipelineExecutableStatisticKHR<'_>| {
            // SAFETY: the format says which it is.
            let value = unsafe {
                match statistic.format {
                    vk::PipelineExecutableStatisticFormatKHR::UINT64 => statistic.value.u64,
                    vk::PipelineExecutableStatisticFormatKHR::INT64 => statistic.value.i64 as u64,
                    _ => 0,
                }
            };
            (text(&statistic.name), value)
        };
        let statistics = statistics.iter().map(value).collect();
        let mut texts: Vec<Vec<u8>> =
            representations.iter().map(|r| vec![0; r.data_size]).collect();
        for (representation, text) in representations.iter_mut().zip(&mut texts) {
            representation.p_data = text.as_mut_ptr().cast();
        }
        let mut count = representations.len() as u32;
        // SAFETY: the sizes are those that were asked for, and as much room is there.
        let filled = unsafe {
            (self.executables.fp().get_pipeline_executable_internal_representations_khr)(
                self.device.handle(),
                &raw const info,
                &raw mut count,
                representations.as_mut_ptr(),
            )
        };
        filled.result().map_err(told)?;
        let assembly = representations.iter().zip(&texts).find_map(|(representation, bytes)| {
            let is = text(&representation.name).contains("Assembly");
            let text = CStr::from_bytes_until_nul(bytes).ok()?;
            is.then(|| text.to_string_lossy().into_owned())
        });
        Ok(Told { statistics, assembly: assembly.unwrap_or_default() })
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        // SAFETY: nothing made of them is left.
        unsafe {
            self.device.destroy_device(None);
            self.instance.destroy_instance(None);
        }
    }
}

fn binding(&(number, uniform): &(u32, bool)) -> vk::DescriptorSetLayoutBinding<'static> {
    // The call's operands of networks have a dynamic offset; to the code that is the same.
    let sort = if uniform {
        vk::DescriptorType::UNIFORM_BUFFER
    } else {
        vk::DescriptorType::STORAGE_BUFFER
    };
    vk::DescriptorSetLayoutBinding::default()
        .binding(number)
        .descriptor_type(sort)
        .descriptor_count(1)
        .stage_flags(vk::ShaderStageFlags::COMPUTE)
}
