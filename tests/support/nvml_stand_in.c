/* In the place of libnvidia-ml.so.1: as many GPUs as NVML_GPUS says, the last without utilization
   where NVML_MIG is set. Each reading of a GPU tells 10 percent and 1 GiB more than the one before. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OK 0
#define INVALID_ARGUMENT 2
#define NOT_SUPPORTED 3
#define DRIVER_NOT_LOADED 9
#define MOST 8

typedef struct { unsigned int gpu, memory; } Rates;
typedef struct { unsigned long long total, free, used; } Memory;

static int numbers[MOST], rates_read[MOST], memory_read[MOST];

static int count(void) {
    const char *said = getenv("NVML_GPUS");
    return said ? atoi(said) : 1;
}

int nvmlInitWithFlags(unsigned int flags) {
    for (int n = 0; n < MOST; n++) numbers[n] = n;
    return count() < 0 ? DRIVER_NOT_LOADED : OK;
}

int nvmlShutdown(void) { return OK; }

const char *nvmlErrorString(int code) {
    return code == DRIVER_NOT_LOADED ? "Driver Not Loaded" : "Not Supported";
}

int nvmlDeviceGetCount_v2(unsigned int *found) {
    *found = count();
    return OK;
}

int nvmlDeviceGetHandleByIndex_v2(unsigned int index, void **handle) {
    if ((int)index >= count()) return INVALID_ARGUMENT;
    *handle = &numbers[index];
    return OK;
}

int nvmlDeviceGetName(void *handle, char *text, unsigned int length) {
    snprintf(text, length, "NVIDIA A10G");
    return OK;
}

int nvmlDeviceGetUUID(void *handle, char *text, unsigned int length) {
    snprintf(text, length, "GPU-%d-aaaa", *(int *)handle);
    return OK;
}

int nvmlSystemGetDriverVersion(char *text, unsigned int length) {
    snprintf(text, length, "570.1");
    return OK;
}

int nvmlDeviceGetUtilizationRates(void *handle, Rates *rates) {
    int n = *(int *)handle;
    if (getenv("NVML_MIG") && n == count() - 1) return NOT_SUPPORTED;
    rates->gpu = 10 * ++rates_read[n];
    rates->memory = 0;
    return OK;
}

int nvmlDeviceGetMemoryInfo(void *handle, Memory *memory) {
    memory->total = 24ULL << 30;
    memory->used = (unsigned long long)++memory_read[*(int *)handle] << 30;
    memory->free = memory->total - memory->used;
    return OK;
}
