using System;
using System.IO;
using System.Text;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

/// <summary>
/// Sets VER_FLG_WEAK on one symbol version that an ELF64 library needs, so that an older C++ runtime still loads the library.
/// Compiled by MSBuild from this source; sections and records are those of the ELF gABI and the LSB's symbol versioning.
/// </summary>
public sealed class WeakenElfVersionNeed : Task
{
    private const uint SectionGnuVersionNeed = 0x6ffffffe;
    private const byte FlagWeak = 2;

    [Required]
    public string File { get; set; }

    [Required]
    public string Version { get; set; }

    public override bool Execute()
    {
        var elf = System.IO.File.ReadAllBytes(File);
        if (!Weaken(elf))
        {
            return true;
        }

        // The file may be a hard link into the package cache: replace it, never write through it.
        var replacement = File + ".weak";
        System.IO.File.WriteAllBytes(replacement, elf);
        System.IO.File.Delete(File);
        System.IO.File.Move(replacement, File);
        Log.LogMessage(MessageImportance.Normal, "weakened the need of " + Version + " in " + File);
        return true;
    }

    private bool Weaken(byte[] elf)
    {
        var changed = false;
        var sections = (long)BitConverter.ToUInt64(elf, 40);
        int sectionSize = BitConverter.ToUInt16(elf, 58), sectionCount = BitConverter.ToUInt16(elf, 60);
        for (var i = 0; i < sectionCount; i++)
        {
            var section = sections + ((long)i * sectionSize);
            if (U32(elf, section + 4) != SectionGnuVersionNeed)
            {
                continue;
            }

            var need = (long)BitConverter.ToUInt64(elf, (int)section + 24);
            var strings = (long)BitConverter.ToUInt64(elf, (int)(sections + (U32(elf, section + 40) * (long)sectionSize)) + 24);
            for (var files = U32(elf, section + 44); files > 0; files--)
            {
                var auxiliary = need + U32(elf, need + 8);
                for (var versions = BitConverter.ToUInt16(elf, (int)need + 2); versions > 0; versions--)
                {
                    var name = (int)(strings + U32(elf, auxiliary + 8));
                    var end = Array.IndexOf(elf, (byte)0, name);
                    if (Encoding.ASCII.GetString(elf, name, end - name) == Version && (elf[auxiliary + 4] & FlagWeak) == 0)
                    {
                        elf[auxiliary + 4] |= FlagWeak;
                        changed = true;
                    }

                    auxiliary += U32(elf, auxiliary + 12);
                }

                need += U32(elf, need + 12);
            }
        }

        return changed;
    }

    private static uint U32(byte[] bytes, long offset)
    {
        return BitConverter.ToUInt32(bytes, (int)offset);
    }
}
